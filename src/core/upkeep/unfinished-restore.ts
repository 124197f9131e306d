import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../platform/errors.ts';

/** Lies in DATA_DIR while a restore changes the places of old and new: whoever finds it later has neither whole. */
export const RESTORE_MARK = 'restoring';

export function markRestore(dataDir: string): void {
  writeFileSync(path.join(dataDir, RESTORE_MARK), '', { flush: true, mode: 0o600 });
}

export function unmarkRestore(dataDir: string): void {
  rmSync(path.join(dataDir, RESTORE_MARK), { force: true });
}

/**
 * Whoever started now would make a new secret and an empty database where the old ones were just moved aside.
 *
 * @throws AppError `unavailable` where a restore was ended between two of its renames
 */
export function requireWhole(dataDir: string): void {
  if (existsSync(path.join(dataDir, RESTORE_MARK))) throw new AppError('unavailable', UNFINISHED);
}

const UNFINISHED =
  'A restore was ended before it was through, so that DATA_DIR is not whole. Run the same "watchpost restore" again; nothing was deleted.';
