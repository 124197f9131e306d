import { existsSync } from 'node:fs';
import path from 'node:path';
import { isNewest } from '#db/newest.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openDatabase, sqliteFile } from './db.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';
import type { Parts } from './parts.ts';
import { readSecret } from './tokens.ts';

/** What a command stands on that asks the database and nothing else: no articles, no letters, no server. */
export type Store = Pick<Parts, 'config' | 'db' | 'engine' | 'clock' | 'log' | 'secret'>;

/**
 * Opens what a server has set up; makes and migrates nothing, so that a mail system's pipe with the wrong settings
 * leaves nothing behind. The caller closes it with `db.destroy()`.
 *
 * @throws AppError `unavailable` where there is no database yet, or one of another version
 */
export async function openStore(config: Config, log: Log): Promise<Store> {
  const secret = readSecret(config.dataDir);
  const isThere = config.databaseUrl !== undefined || existsSync(path.join(config.dataDir, sqliteFile));
  if (!secret || !isThere) throw new AppError('unavailable', NOTHING_YET);
  const { db, engine } = openDatabase(config, log);
  try {
    if (!(await isNewest(db))) throw new AppError('unavailable', OTHER_VERSION);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { config, db, engine, clock: systemClock, log, secret };
}

const NOTHING_YET =
  'There is no database here yet. Is DATA_DIR the one of the server, and has the server been started once?';
const OTHER_VERSION =
  'The database is of another version. Start the server of this version once, or run "watchpost migrate".';
