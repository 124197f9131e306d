import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { COMMAND } from './program.ts';
import type { TestApp } from './test-app.ts';

interface Outcome {
  code: number | null;
  output: string;
  errors: string;
}

/** Runs `watchpost …` beside an app, on its SQLite file and content, where nobody sits at a terminal. */
export async function command(app: Pick<TestApp, 'config'>, ...args: string[]): Promise<Outcome> {
  return commandWith({}, app, ...args);
}

/** The same with further settings. */
export async function commandWith(
  env: NodeJS.ProcessEnv,
  { config }: Pick<TestApp, 'config'>,
  ...args: string[]
): Promise<Outcome> {
  const settings = { DATA_DIR: config.dataDir, CONTENT_DIR: config.contentDir, ...env };
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { PATH: process.env.PATH, AKISMET_KEY: '', SMTP_URL: '', DATABASE_URL: '', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return outcomeOf(child);
}

/** Runs `watchpost bounce` on a message, as a mail system's pipe would. */
export async function pipeBounce(
  message: Buffer,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  const child = spawn(process.execPath, [COMMAND, 'bounce', ...args], {
    env: { PATH: process.env.PATH, AKISMET_KEY: '', SMTP_URL: '', DATABASE_URL: '', ...env },
  });
  child.stdin.end(message);
  return outcomeOf(child);
}

async function outcomeOf(child: ChildProcessByStdio<Writable | null, Readable, Readable>) {
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, output, errors };
}
