#!/usr/bin/env node
// Starts the command on the project's own Node, whichever Node was found first.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * What V8 can be told only at the start of a process. A worker's letters are many and short-lived: V8 would keep 64 MB
 * for the newest of them, and let as much again pile up among the old.
 */
const FLAGS = { worker: ['--optimize-for-size'] };

const command = new URL('./commands.ts', import.meta.url);
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const flags = FLAGS[process.argv[2]] ?? [];
const again = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
const isReady = flags.every((flag) => process.execArgv.includes(flag));

// EX_TEMPFAIL: a mail system keeps the message while a new version is being set up; see bounce.ts.
const failed = process.argv[2] === 'bounce' ? 75 : 1;

if (!existsSync(node)) {
  console.error('Watchpost is not set up yet. Run "npm start" in its folder once, then try again.');
  process.exitCode = failed;
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  // The same process goes on as another program; Windows knows no such thing, and its workers take more memory.
  if (!isReady && process.platform !== 'win32')
    process.execve(process.execPath, [process.execPath, ...process.execArgv, ...again]);
  module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/watchpost', import.meta.url))); // halves the start
  const { runCommand } = await import(command.href).catch(unreadable);
  await runCommand(process.argv.slice(2));
} else {
  const child = spawn(node, again, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? failed : (code ?? failed);
  });
}

/** A file is missing or half written. */
function unreadable(error) {
  console.error(error);
  process.exit(failed);
}
