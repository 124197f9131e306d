import type { ParseArgsConfig, parseArgs } from 'node:util';
import { type App, closeApp, openApp } from '#core/app.ts';
import { readConfig } from '#core/platform/config.ts';
import { createLog } from '#core/platform/log.ts';

/** One word of `watchpost`, such as `digest`: what it does, how it is called, and the doing. */
export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** What `--help` prints. */
  help: string;
  options?: ParseArgsConfig['options'];
  /** Resolves to the exit code; undefined is 0. */
  run(args: ReturnType<typeof parseArgs>): Promise<number | undefined>;
}

/** The call itself was wrong: the message says how it should be; exit code 2. */
export class UsageError extends Error {}

/** Opens the app for one command and closes it after, whatever happens. */
export async function withApp<T>(use: (app: App) => Promise<T>): Promise<T> {
  const config = readConfig();
  // A command prints what it did; its log is for what went wrong, unless more was asked for.
  const app = await openApp(config, {
    log: createLog(config.logLevel === 'info' ? 'warn' : config.logLevel),
  });
  try {
    return await use(app);
  } finally {
    await closeApp(app);
  }
}
