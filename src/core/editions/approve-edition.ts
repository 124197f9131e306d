import { AppError } from '../platform/errors.ts';
import type { Edition } from './edition.ts';
import { type EditionParts, type Made, makeEdition } from './make-edition.ts';
import { dropWaiting, stateWords } from './move-edition.ts';
import { requireEdition } from './require-edition.ts';
import { type LetterSent, letterNamed, sendLetter } from './send-letter.ts';

/**
 * Starts an edition that has waited for a person's word, or for its time: what is new now is what it says.
 *
 * @throws AppError `not-found`, `conflict` where it does not wait
 */
export async function approveEdition(
  parts: EditionParts,
  id: string,
  { evenSo = false } = {},
): Promise<Made | LetterSent> {
  const edition = await requireEdition(parts.db, id);
  if (edition.state !== 'waiting' && edition.state !== 'scheduled')
    throw new AppError('conflict', `The edition ${id} ${stateWords(edition)}: it does not wait for a word.`);
  const made = await start(parts, edition, evenSo);
  if (made.state === 'nothing-new' || made.state === 'no-subscribers')
    await dropWaiting(parts, id, 'nothing was new any more');
  return made;
}

async function start(parts: EditionParts, edition: Edition, evenSo: boolean): Promise<Made | LetterSent> {
  const { id, cadence, subject = '' } = edition;
  if (cadence) return makeEdition(parts, cadence, parts.clock.now(), { id, evenSo });
  return sendLetter(parts, letterNamed(parts, subject), { evenSo });
}
