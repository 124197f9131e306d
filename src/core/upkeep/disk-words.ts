import { AppError } from '../platform/errors.ts';

const FULL = 'The disk that takes it is full. Make room there, or name another disk with --to.';
const CLOSED = 'The folder that takes it cannot be written. Mend its rights, or name another with --to.';
const BROKEN = 'It could not be written or read. Look at the disk, and run it again.';

/** The faults of a disk, in words for whoever made the backup; any other error as it is. */
export function inWords(error: unknown): unknown {
  const { code = '' } = error as { code?: string };
  if (['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code)) return new AppError('unavailable', FULL);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code))
    return new AppError('unavailable', CLOSED);
  if (['EIO', 'EFBIG'].includes(code) || code.startsWith('SQLITE_IOERR') || code === 'SQLITE_CANTOPEN')
    return new AppError('unavailable', BROKEN);
  return error;
}
