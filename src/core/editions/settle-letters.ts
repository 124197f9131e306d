import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { reopenEdition } from './move-edition.ts';
import { requireEdition } from './require-edition.ts';
import { forgetTally, settleUncertain, unsettle, type Word } from './uncertain-rows.ts';

type SettleParts = Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>;

/** So many letters are decided one by one at once, and can be taken back together. */
export const MOST_SETTLED = 500;

/**
 * The owner's word on all letters of an edition of which nobody knows whether they arrived: they count as sent, or are
 * sent again.
 *
 * @returns how many they were
 * @throws AppError `not-found`, `conflict` where the edition was cancelled and nothing of it is sent any more
 */
export async function decideUncertain(parts: SettleParts, id: string, word: Word): Promise<number> {
  return settle(parts, id, 'all', word);
}

/**
 * The owner's word on some of them.
 *
 * @param letters ids of their rows; what has been decided meanwhile is left as it is
 * @returns how many they were
 * @throws AppError `invalid` where none is named, and as `decideUncertain`
 */
export async function settleLetters(
  parts: SettleParts,
  id: string,
  letters: readonly number[],
  word: Word,
): Promise<number> {
  requireSome(letters);
  return settle(parts, id, letters, word);
}

async function settle(
  parts: SettleParts,
  id: string,
  letters: readonly number[] | 'all',
  word: Word,
): Promise<number> {
  const { db, clock, log } = parts;
  const edition = await requireEdition(db, id);
  if (word === 'again' && edition.state === 'cancelled')
    throw new AppError('conflict', `The edition ${id} was cancelled: nothing of it is sent again.`);
  const now = isoTime(clock.now());
  const count = await db.transaction().execute(async (trx) => {
    if (word === 'again') await reopenEdition(trx, id);
    const settled = await settleUncertain(trx, id, letters, { word, now });
    const after = `${settled} ${AFTER[word]}`;
    await noteAct(trx, parts, {
      act: 'edition.settle',
      subject: `edition:${id}`,
      before: 'uncertain',
      after,
    });
    return settled;
  });
  log.info('edition.uncertain-decided', { edition: id, word, count });
  return count;
}

/** What the log of acts says of letters after such a word. */
const AFTER: Record<Word, string> = { sent: 'counted as sent', again: 'sent again' };

/**
 * Takes such a word back: nobody knows again. A letter that a sender has taken in hand since is out, and stays so.
 *
 * @returns how many were taken back
 * @throws AppError `invalid`, `not-found`
 */
export async function takeBackWord(
  parts: SettleParts,
  id: string,
  letters: readonly number[],
  word: Word,
): Promise<number> {
  const { db, log } = parts;
  requireSome(letters);
  await requireEdition(db, id);
  const count = await db.transaction().execute(async (trx) => {
    const taken = await unsettle(trx, id, letters, word);
    await forgetTally(trx, id);
    await noteAct(trx, parts, {
      act: 'edition.unsettle',
      subject: `edition:${id}`,
      before: AFTER[word],
      after: `${taken} uncertain`,
    });
    return taken;
  });
  log.info('edition.word-taken-back', { edition: id, word, count });
  return count;
}

function requireSome(letters: readonly number[]): void {
  if (letters.length === 0) throw new AppError('invalid', 'Nothing was changed: tick the letters first.');
  if (letters.length > MOST_SETTLED || !letters.every((letter) => Number.isSafeInteger(letter) && letter > 0))
    throw new AppError('invalid', `Nothing was changed: choose up to ${MOST_SETTLED} letters of the list.`);
}
