import type { ParseArgsConfig, parseArgs } from 'node:util';
import type { App } from '#core/app.ts';
import { type Config, readConfig } from '#core/platform/config.ts';
import { createLog, type Log } from '#core/platform/log.ts';
import { openStore, type Store } from '#core/platform/store.ts';

/** One word of `watchpost`, such as `digest`: what it does, how it is called, and the doing. */
export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** What `--help` prints. */
  help: string;
  options?: ParseArgsConfig['options'];
  /** The exit code of every fault, where a program calls it that knows no others. */
  faultCode?: number;
  /** Resolves to the exit code; undefined is 0. */
  run(args: ReturnType<typeof parseArgs>): Promise<number | undefined>;
}

/** Who acts by a command, as the audit log says. */
export const CONSOLE = 'console';

/** The call itself was wrong: the message says how it should be; exit code 2. */
export class UsageError extends Error {}

/** Opens the app for one command and closes it after, whatever happens. */
export async function withApp<T>(use: (app: App) => Promise<T>): Promise<T> {
  const config = readConfig();
  const { closeApp, openApp } = await import('#core/app.ts'); // two thirds of a start: only for who needs it
  const app = await openApp(config, { log: commandLog(config) });
  try {
    return await use({ ...app, who: CONSOLE });
  } finally {
    await closeApp(app);
  }
}

/** The same for a command that asks the database alone, and should be quick. */
export async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const config = readConfig();
  const store = await openStore(config, commandLog(config));
  try {
    return await use(store);
  } finally {
    await store.db.destroy();
  }
}

/** A command prints what it did; its log is for what went wrong, unless more was asked for. */
export function commandLog({ logLevel }: Config): Log {
  return createLog(logLevel === 'info' ? 'warn' : logLevel);
}
