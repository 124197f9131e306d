import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { DAY } from '../platform/clock.ts';
import { inWords } from './disk-words.ts';
import { isBackupName } from './manifest.ts';

/** What a killed backup left behind; one that is still being made is younger. */
export async function removeLeftovers(to: string, now: Date): Promise<void> {
  for (const name of await readdir(to)) {
    if (!name.endsWith('.part') || !isBackupName(name.slice(0, -'.part'.length))) continue;
    const left = path.join(to, name);
    const { mtimeMs } = await stat(left);
    if (mtimeMs < now.getTime() - DAY) await rm(left, { recursive: true, force: true });
  }
}

/**
 * Removes all but the newest backups of a folder; of what is no backup nothing.
 *
 * @returns how many it removed
 * @throws AppError `unavailable` where one cannot be removed
 */
export async function keepNewest(to: string, most: number): Promise<number> {
  const names = (await readdir(to)).filter(isBackupName).sort();
  const old = names.slice(0, Math.max(0, names.length - most));
  for (const name of old) await remove(to, name);
  return old.length;
}

async function remove(to: string, name: string): Promise<void> {
  try {
    const part = path.join(to, `${name}.part`);
    await rename(path.join(to, name), part); // half removed it must not look whole
    await rm(part, { recursive: true, force: true });
  } catch (error) {
    throw inWords(error, { full: NOT_REMOVED, closed: NOT_REMOVED, broken: NOT_REMOVED });
  }
}

const NOT_REMOVED =
  'The backup is made, but an older one could not be removed. Mend the rights of the folder, or remove it by hand.';
