import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { openPostgres, sqliteFile } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Copying, type HeldSqlite, holdSqlite } from '../platform/sqlite-file.ts';
import { eachFile, requireFit } from './check-backup.ts';
import { copyFlushed, flushFolder } from './copy-file.ts';
import { inWords } from './disk-words.ts';
import { isKept } from './kept-files.ts';
import { backupName, type Manifest, readManifest } from './manifest.ts';
import { noteRestored } from './note-restored.ts';
import { DUMP, fillPostgres } from './postgres-dump.ts';
import { tableCount } from './postgres-rows.ts';
import { markRestore, unmarkRestore } from './unfinished-restore.ts';

export interface Restored {
  manifest: Manifest;
  /** The folder in DATA_DIR that now holds what was there before; undefined where nothing was. */
  aside: string | undefined;
  /** Editions that were under way then, and are paused now. */
  paused: string[];
  /** Where in the backup a key for DKIM lies that was not in DATA_DIR. */
  dkim: string | undefined;
}

interface RestoreParts {
  config: Config;
  log: Log;
  who: string;
}

/**
 * Puts a backup in the place of what is here, which is moved aside and never deleted. All of it is copied, verified and
 * made ready beside the old data first; until then nothing is changed.
 *
 * @param from the folder of the backup; absolute
 * @throws AppError `invalid` (not as it was made), `conflict` (does not fit, or a server or worker is running),
 *   `unavailable` (a disk or program did not do its part, or the signal came)
 */
export async function restoreBackup(
  parts: RestoreParts,
  from: string,
  copying: Copying = {},
): Promise<Restored> {
  try {
    return await restore(parts, from, copying);
  } catch (error) {
    throw copying.signal?.aborted ? new AppError('unavailable', INTERRUPTED) : inWords(error, DISK);
  }
}

const INTERRUPTED = 'It was interrupted. What was there is in its place, as it was.';
const DISK = {
  full: 'The disk of DATA_DIR is full. A restore needs room for the backup beside what is there.',
  closed:
    'The backup cannot be read, or DATA_DIR cannot be written. Mend their rights: it is run by whoever runs the server.',
  broken: 'A file could not be read or written. Look at the disks of the backup and of DATA_DIR.',
};

async function restore(
  { config, log, who }: RestoreParts,
  from: string,
  copying: Copying,
): Promise<Restored> {
  const { dataDir, databaseUrl } = config;
  const given = readManifest(from);
  requireFit(given, config);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const held = hold(dataDir);
  const now = systemClock.now();
  const stage = path.join(dataDir, `restoring-${backupName(now)}.part`);
  try {
    await removeStages(dataDir);
    if (databaseUrl !== undefined) await requireEmpty(databaseUrl);
    await mkdir(stage, { mode: 0o700 });
    const manifest = await copyIn(from, stage, copying);
    if (databaseUrl !== undefined) await fillPostgres(databaseUrl, path.join(stage, DUMP), copying.signal);
    const staged = { ...config, dataDir: path.join(stage, 'data') };
    const paused = await noteRestored({ config: staged, log, who }, manifest, path.basename(from));
    copying.signal?.throwIfAborted(); // from here on it goes on to its end
    const aside = exchange(dataDir, { from, inward: staged.dataDir, aside: `before-restore-${stamp(now)}` });
    await flushFolder(dataDir);
    unmarkRestore(dataDir);
    const dkim = manifest.files.find((file) => file.path.startsWith('dkim/'))?.path;
    return { manifest, aside, paused, dkim };
  } finally {
    for (const one of held) one.release();
    await rm(stage, { recursive: true, force: true });
  }
}

/** The server has both files open as long as it runs, a worker the first; on PostgreSQL see requireEmpty, too. */
function hold(dataDir: string): HeldSqlite[] {
  const files = [sqliteFile, 'search.db']
    .map((name) => path.join(dataDir, name))
    .filter((file) => existsSync(file));
  const held: HeldSqlite[] = [];
  for (const file of files) {
    const one = holdSqlite(file);
    if (!one) {
      for (const other of held) other.release();
      throw new AppError('conflict', RUNNING);
    }
    held.push(one);
  }
  return held;
}

const RUNNING =
  'A server, a worker or another command is at work on this DATA_DIR. Stop it first, then restore.';

/** What a killed restore left: copies, of which nothing was put in place. */
async function removeStages(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir).filter((one) => /^restoring-watchpost-.*\.part$/.test(one)))
    await rm(path.join(dataDir, name), { recursive: true });
}

/** What is there is not cleared away: a new database costs nothing, and the old one stays for comparison. */
async function requireEmpty(databaseUrl: string): Promise<void> {
  const db = openPostgres(databaseUrl);
  try {
    if ((await tableCount(db)) > 0) throw new AppError('conflict', NOT_EMPTY);
  } finally {
    await db.destroy();
  }
}

const NOT_EMPTY =
  'The database that DATABASE_URL names is not empty. Make a new one (createdb), and let DATABASE_URL name it; the old one stays as it is.';

/** Copies every file, and holds what was copied against the manifest. */
async function copyIn(from: string, stage: string, copying: Copying): Promise<Manifest> {
  return eachFile(from, copying, (file) =>
    copyFlushed(path.join(from, file.path), path.join(stage, file.path), copying.signal),
  );
}

interface Exchange {
  from: string;
  inward: string;
  aside: string;
}

/**
 * Renames alone, all in one file system: nothing is half copied. Where one of them fails, those before it are taken back.
 *
 * @returns where the old data is; undefined where there was none
 */
function exchange(dataDir: string, { from, inward, aside }: Exchange): string | undefined {
  const isBackup = (name: string) => `${from}${path.sep}`.startsWith(path.join(dataDir, name) + path.sep);
  const old = readdirSync(dataDir).filter((name) => isKept(name) && !isBackup(name));
  const moves = [
    ...old.map((name) => [path.join(dataDir, name), path.join(dataDir, aside, name)] as const),
    ...readdirSync(inward).map((name) => [path.join(inward, name), path.join(dataDir, name)] as const),
  ];
  if (old.length > 0) mkdirSync(path.join(dataDir, aside), { mode: 0o700 });
  const done: (typeof moves)[number][] = [];
  markRestore(dataDir);
  try {
    for (const move of moves) {
      renameSync(...move);
      done.push(move);
    }
  } catch (error) {
    for (const [here, there] of done.reverse()) renameSync(there, here);
    unmarkRestore(dataDir);
    throw error;
  }
  return old.length > 0 ? aside : undefined;
}

function stamp(now: Date): string {
  return backupName(now).slice('watchpost-'.length);
}
