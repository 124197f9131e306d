import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';

/** The disk is full: nothing was written, and what was written before is as it was. */
export class NoRoom extends AppError {
  constructor() {
    super('unavailable', NO_ROOM);
  }
}

const NO_ROOM =
  'There is no room left on the disk of this site, so this was not saved. Keep what you wrote, and try again later: whoever runs the site has to make room first.';

interface ReserveParts {
  config: Pick<Config, 'dataDir' | 'databaseUrl'>;
  log: Log;
}

/** What a sign-in writes is some pages; a busy site eats into what is freed, too. */
export const RESERVE_BYTES = 2 * 1024 * 1024;

/**
 * Keeps a file in DATA_DIR that does nothing but take up room, for the day on which there is none: then it is given up,
 * and its owner gets in. Where there is no room for it, there is none until the next call; where the database is
 * elsewhere (PostgreSQL), it would help nobody.
 */
export function keepReserve({ config, log }: ReserveParts): void {
  const file = reserveFile(config.dataDir);
  const kept = sizeOf(file);
  if (config.databaseUrl !== undefined || kept >= RESERVE_BYTES) return;
  try {
    add(file, RESERVE_BYTES - kept);
  } catch (error) {
    shrink(file, kept); // what was there already stays, and no more is taken up where there is so little
    log.warn('disk.no-reserve', { code: (error as NodeJS.ErrnoException).code });
  }
}

/** Does what lets somebody in; on a full disk the reserve is given up for it, and it is done again. */
export async function withReserve<T>({ config, log }: ReserveParts, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const file = reserveFile(config.dataDir);
    if (!(error instanceof NoRoom) || !existsSync(file)) throw error;
    rmSync(file, { force: true });
    log.error('disk.reserve-used', { bytes: RESERVE_BYTES });
    return await act();
  }
}

/** SQLite makes an index of its log anew at each start, of 32 kB; then the first things are written. */
const START_BYTES = 256 * 1024;

/**
 * Opens a database; where the disk is so full that not even that can be done, a part of the reserve is given up for it:
 * whoever starts a site again on a full disk is to find it there, and the rest still lets its owner in.
 *
 * @throws NoRoom where there is no reserve either
 */
export function openWithReserve<T>(dataDir: string, log: Log | undefined, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!isNoRoom(error)) throw error;
    const file = reserveFile(dataDir);
    const kept = sizeOf(file);
    if (kept === 0) throw new NoRoom();
    shrink(file, Math.max(0, kept - START_BYTES));
    log?.error('disk.reserve-used', { bytes: Math.min(kept, START_BYTES) });
    return open();
  }
}

/** Whether SQLite says that the disk is full: of its files, or of the index of its log. */
export function isNoRoom(error: unknown): boolean {
  return ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'].includes((error as { code?: string }).code ?? '');
}

export function reserveFile(dataDir: string): string {
  return path.join(dataDir, 'reserve');
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function shrink(file: string, bytes: number): void {
  if (bytes === 0) rmSync(file, { force: true });
  else truncateSync(file, bytes);
}

/** With bytes: a file with a hole in it takes up no room. Not of zeros, which some file systems make holes of. */
function add(file: string, bytes: number): void {
  const descriptor = openSync(file, 'a', 0o600);
  try {
    const piece = Buffer.alloc(64 * 1024, 'kept for the day on which there is no room ');
    for (let left = bytes; left > 0; ) left -= writeSync(descriptor, piece, 0, Math.min(left, piece.length));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
