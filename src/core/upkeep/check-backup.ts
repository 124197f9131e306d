import path from 'node:path';
import { migrationNames } from '#db/newest.ts';
import type { Config } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import type { Copying } from '../platform/sqlite-file.ts';
import { type Contents, contentsOf, eachOf } from './copy-file.ts';
import { type BackedUpFile, type Manifest, readManifest, sizeOf } from './manifest.ts';

/**
 * Whether a backup is as it was made: every file there, of its size, with its SHA-256. Changes nothing.
 *
 * @throws AppError `invalid` with what is wrong
 */
export async function checkBackup(from: string, copying: Copying = {}): Promise<Manifest> {
  return eachFile(from, copying, (file) => contentsOf(path.join(from, file.path), copying.signal));
}

/**
 * Reads every file of a backup by a function of the caller, and holds what it read against the manifest.
 *
 * @throws AppError `invalid` at the first file that is not as it was made
 */
export async function eachFile(
  from: string,
  { progress }: Copying,
  read: (file: BackedUpFile) => Promise<Contents>,
): Promise<Manifest> {
  const manifest = readManifest(from);
  const size = sizeOf(manifest) || 1;
  let done = 0;
  await eachOf(manifest.files, async (file) => {
    const { bytes, sha256 } = await read(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new AppError('invalid', `The backup lacks ${file.path}: it is not whole. Take another one.`);
    });
    if (bytes !== file.bytes || sha256 !== file.sha256)
      throw new AppError('invalid', `${file.path} has changed since it was backed up. Take another backup.`);
    done += bytes;
    progress?.(done / size, 'files');
  });
  return manifest;
}

/**
 * Whether what a backup holds can be put into an installation with such settings.
 *
 * @throws AppError `conflict` with the next step
 */
export function requireFit({ engine, migration }: Manifest, { databaseUrl }: Config): void {
  if (engine === 'sqlite' && databaseUrl !== undefined)
    throw new AppError(
      'conflict',
      'The backup is of an SQLite file, but DATABASE_URL is set: take that setting away.',
    );
  if (engine === 'postgres' && databaseUrl === undefined)
    throw new AppError(
      'conflict',
      'The backup is of a PostgreSQL database: make an empty one, and let DATABASE_URL name it.',
    );
  if (!migrationNames().includes(migration))
    throw new AppError('conflict', 'The backup is of a later version of Watchpost: install that one first.');
}
