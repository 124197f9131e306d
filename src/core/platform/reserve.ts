import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
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
  if (config.databaseUrl !== undefined || existsSync(file)) return;
  try {
    write(file);
  } catch (error) {
    rmSync(file, { force: true }); // half of one would pass for the whole
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

export function reserveFile(dataDir: string): string {
  return path.join(dataDir, 'reserve');
}

/** With bytes: a file with a hole in it takes up no room. Not of zeros, which some file systems make holes of. */
function write(file: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    const piece = Buffer.alloc(64 * 1024, 'kept for the day on which there is no room ');
    for (let written = 0; written < RESERVE_BYTES; ) written += writeSync(descriptor, piece);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
