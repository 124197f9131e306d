import { AppError } from '../platform/errors.ts';

interface DiskWords {
  /** Each a short sentence, then what to do. */
  full: string;
  closed: string;
  broken: string;
}

const FULL = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'];
const CLOSED = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];
const BROKEN = ['EIO', 'EFBIG', 'SQLITE_CANTOPEN'];

/** The faults of a disk in words for whoever is at the console, without a path; any other error as it is. */
export function inWords(error: unknown, words: DiskWords): unknown {
  const { code = '' } = error as { code?: string };
  if (FULL.includes(code)) return new AppError('unavailable', words.full);
  if (CLOSED.includes(code)) return new AppError('unavailable', words.closed);
  if (BROKEN.includes(code) || code.startsWith('SQLITE_IOERR'))
    return new AppError('unavailable', words.broken);
  return error;
}
