import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';

const MANIFEST = 'manifest.json';
/** Of the manifest itself, as sha256sum(1) writes and checks it. */
const MANIFEST_HASH = 'manifest.sha256';

/** Below `data/`: a file of DATA_DIR. Never a way out of the backup or of DATA_DIR. */
const inside = z
  .string()
  .refine((name) => name === path.posix.normalize(name) && !/^(?:\/|\.\.(?:\/|$))|[\\\0]/.test(name));

const manifest = z.object({
  /** Of this list, should it ever change. */
  format: z.literal(1),
  /** The moment that the database is of; UTC text. */
  at: z.iso.datetime(),
  engine: z.enum(['sqlite', 'postgres']),
  /** The newest migration that the database has seen. */
  migration: z.string(),
  files: z.array(
    z.object({
      path: inside,
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/** What a backup holds: every file but the two of the manifest. */
export type Manifest = z.infer<typeof manifest>;
export type BackedUpFile = Manifest['files'][number];

/** The folder of a backup, such as `watchpost-20261124T090000Z`. */
export function backupName(at: Date): string {
  return `watchpost-${at.toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

export function isBackupName(name: string): boolean {
  return /^watchpost-\d{8}T\d{6}Z$/.test(name);
}

/** Size of all files together, in bytes. */
export function sizeOf({ files }: Pick<Manifest, 'files'>): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Writes down what a folder holds, last: without it a folder is no backup. */
export async function writeManifest(folder: string, held: Manifest): Promise<void> {
  const text = `${JSON.stringify(held, null, 1)}\n`;
  await writeFlushed(path.join(folder, MANIFEST), text);
  await writeFlushed(path.join(folder, MANIFEST_HASH), `${hash('sha256', text)}  ${MANIFEST}\n`);
}

/**
 * What a backup says of itself.
 *
 * @throws AppError `invalid` where the folder is no backup, or its list is not as it was written
 */
export function readManifest(folder: string): Manifest {
  const [text, sum] = [MANIFEST, MANIFEST_HASH].map((name) => textOf(path.join(folder, name)));
  if (text === undefined || sum === undefined) throw new AppError('invalid', NO_BACKUP);
  if (sum !== `${hash('sha256', text)}  ${MANIFEST}\n`) throw new AppError('invalid', CHANGED);
  const { data } = manifest.safeParse(JSON.parse(text));
  if (!data) throw new AppError('invalid', OTHER_FORM);
  return data;
}

const NO_BACKUP =
  'This folder is no whole backup: it has no manifest. A backup is a folder such as watchpost-20261124T090000Z.';
const CHANGED = 'The backup is not as it was made: its manifest has changed. Take another one.';
const OTHER_FORM = 'The backup is of a form that this version does not know. Use the version that made it.';

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

async function writeFlushed(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
