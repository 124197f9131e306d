#!/usr/bin/env node
// Starts the command on the project's own Node, whichever Node was found first.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Memory that V8 takes before it looks for garbage, in megabytes: a worker's letters are many and short-lived, and V8
 * would else keep 64 MB for them. It can be told only at the start of a process.
 */
const FLAGS = { worker: ['--max-semi-space-size=4'] };

const command = new URL('./commands.ts', import.meta.url);
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const flags = FLAGS[process.argv[2]] ?? [];
const again = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
const isReady = flags.every((flag) => process.execArgv.includes(flag));

if (!existsSync(node)) {
  console.error('Watchpost is not set up yet. Run "npm start" in its folder once, then try again.');
  process.exitCode = 1;
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  // The same process goes on as another program; Windows knows no such thing, and its workers take more memory.
  if (!isReady && process.platform !== 'win32')
    process.execve(process.execPath, [process.execPath, ...process.execArgv, ...again]);
  module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/watchpost', import.meta.url))); // halves the start
  const { runCommand } = await import(command.href);
  await runCommand(process.argv.slice(2));
} else {
  const child = spawn(node, again, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}
