import type { WrittenLetter } from '../articles/written-letter.ts';
import { HOUR, isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { EditionParts } from './make-edition.ts';
import { dayIn, freeId } from './start-edition.ts';
import { insertWaiting } from './waiting-rows.ts';

/** How late a letter may go out by itself: it speaks of its hour more than a digest does. */
export const LATEST_LETTER_MS = HOUR;

/**
 * Writes down that a letter of content/letters waits.
 *
 * @param due UTC text
 * @returns its id as an edition; undefined where it waits or went out already
 */
export async function insertWaitingLetter(
  trx: Trx,
  { clock, library }: Pick<EditionParts, 'clock' | 'library'>,
  { name, title }: WrittenLetter,
  { due, reason }: { due: string; reason: string },
): Promise<string | undefined> {
  const id = await freeId(trx, `${dayIn(library.site.timeZone, new Date(due))}-letter`);
  const created_at = isoTime(clock.now());
  const row = { id, kind: 'letter', subject: name, title, reason, due_at: due, created_at } as const;
  return (await insertWaiting(trx, row)) ? id : undefined;
}
