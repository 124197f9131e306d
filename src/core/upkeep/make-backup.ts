import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { newestRun } from '#db/newest.ts';
import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import { sqliteFile } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { type Copying, copySqlite } from '../platform/sqlite-file.ts';
import type { Store } from '../platform/store.ts';
import { copyFlushed, eachOf, flushed, flushFolder } from './copy-file.ts';
import { inWords } from './disk-words.ts';
import { keptFiles } from './kept-files.ts';
import { noteFailedBackup, noteGoodBackup } from './last-backup.ts';
import { type BackedUpFile, backupName, type Manifest, sizeOf, writeManifest } from './manifest.ts';
import { removeLeftovers } from './old-backups.ts';
import { DUMP, dumpPostgres } from './postgres-dump.ts';

export type BackupParts = Store & { who?: string };

export interface BackupOrder extends Copying {
  /** The folder that gets the backup, made where it is not there; absolute. */
  to: string;
  /** Also the letters that are kept where there is no relay. */
  withMail: boolean;
}

export interface Backup {
  /** Of its folder. */
  name: string;
  folder: string;
  files: number;
  bytes: number;
}

/**
 * Copies all that this installation cannot make anew, beside a running server, into a folder of its own, which gets its
 * name only when all of it is on disk. What came of it is kept for the desk.
 *
 * @throws AppError `unavailable` in words, where the disk is full or closed to us; the signal's reason
 */
export async function makeBackup(parts: BackupParts, order: BackupOrder): Promise<Backup> {
  try {
    return await make(parts, order);
  } catch (error) {
    const known = order.signal?.aborted ? new AppError('unavailable', INTERRUPTED) : inWords(error, DISK);
    const why =
      known instanceof AppError ? `${known.message.split('. ')[0]}.`.replace('..', '.') : UNEXPECTED;
    await noteFailedBackup(parts.db, { at: isoTime(parts.clock.now()), why }).catch((second: unknown) =>
      parts.log.error('backup.failure-not-noted', { error: second }),
    );
    throw known;
  }
}

async function make(parts: BackupParts, order: BackupOrder): Promise<Backup> {
  const { clock, engine, db } = parts;
  const at = clock.now();
  const name = backupName(at);
  const folder = path.join(order.to, name);
  await mkdir(order.to, { recursive: true, mode: 0o700 });
  await removeLeftovers(order.to, at);
  if (await stat(folder).catch(absent)) throw new AppError('conflict', SAME_SECOND);
  const part = `${folder}.part`;
  await mkdir(part, { mode: 0o700 }).catch(sameSecond);
  let held: Manifest;
  try {
    const migration = (await newestRun(db)) ?? '';
    held = { format: 1, at: isoTime(at), engine, migration, files: await copyAll(parts, part, order) };
    await writeManifest(part, held);
    await flushTree(part);
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
  await flushFolder(order.to);
  const made = { name, folder, files: held.files.length, bytes: sizeOf(held) };
  await note(parts, held.at, made);
  return made;
}

/** The database first: a letter that is kept after it is only kept once more. */
async function copyAll(parts: BackupParts, part: string, order: BackupOrder): Promise<BackedUpFile[]> {
  const { signal, progress } = order;
  const database = await copyDatabase(parts, part, order);
  const sources = sourcesOf(parts, order);
  let done = 0;
  const files = await eachOf(sources, async ([from, name]): Promise<BackedUpFile | undefined> => {
    const copied = await copyFlushed(from, path.join(part, name), signal).catch(absent);
    progress?.(++done / sources.length, 'files');
    return copied && { path: name, ...copied };
  });
  return [database, ...files.filter((file) => file !== undefined)];
}

/** Each file besides the database, and what it is called in the backup. */
function sourcesOf({ config }: BackupParts, { to, withMail }: BackupOrder): [string, string][] {
  const { dataDir, dkim } = config;
  const inside = keptFiles(dataDir, { withMail, without: to }).map((name): [string, string] => [
    path.join(dataDir, name),
    `data/${name}`,
  ]);
  const isOutside = dkim && !dkim.keyFile.startsWith(dataDir + path.sep);
  return isOutside ? [...inside, [dkim.keyFile, `dkim/${path.basename(dkim.keyFile)}`]] : inside;
}

async function copyDatabase(
  { config }: BackupParts,
  part: string,
  order: BackupOrder,
): Promise<BackedUpFile> {
  const { dataDir, databaseUrl } = config;
  const name = databaseUrl === undefined ? `data/${sqliteFile}` : DUMP;
  const file = path.join(part, name);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  if (databaseUrl === undefined) await copySqlite(path.join(dataDir, sqliteFile), file, order);
  else await dumpPostgres(databaseUrl, file, order.signal);
  return { path: name, ...(await flushed(file, order.signal)) };
}

async function flushTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await flushTree(path.join(folder, entry.name));
  await flushFolder(folder);
}

async function note(parts: BackupParts, at: string, { name, files, bytes }: Backup): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    await noteGoodBackup(trx, { at, bytes });
    await noteAct(trx, parts, {
      ...{ act: 'backup.make', subject: `backup:${name}` },
      after: `${files} files, ${bytes} bytes`,
    });
  });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

function sameSecond(error: NodeJS.ErrnoException): never {
  throw error.code === 'EEXIST' ? new AppError('conflict', SAME_SECOND) : error;
}

const SAME_SECOND = 'Another backup was begun there in this second. Try again.';
const INTERRUPTED = 'It was interrupted. Nothing of it is left; run it again.';
const UNEXPECTED = 'Something went wrong that it did not expect.';

const DISK = {
  full: 'The disk that takes it is full. Make room there, or name another disk with --to.',
  closed: 'The folder that takes it cannot be written. Mend its rights, or name another with --to.',
  broken: 'It could not be written or read. Look at the disk, and run it again.',
};
