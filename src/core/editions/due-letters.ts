import type { WrittenLetter } from '../articles/written-letter.ts';
import { isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { isOurInstance } from '../platform/instance.ts';
import { stopsWords } from './before-start.ts';
import { editionOn } from './edition-rows.ts';
import type { EditionParts } from './make-edition.ts';
import { startScheduled } from './scheduled.ts';
import { sendLetter } from './send-letter.ts';
import { insertWaitingLetter, LATEST_LETTER_MS } from './waiting-letter.ts';

/**
 * Starts what has a time of its own, and sends the letters whose `send` has come; one that is late, or with which something
 * is wrong, waits for a person.
 */
export async function sendDueLetters(parts: EditionParts): Promise<void> {
  if (!(await isOurInstance(parts))) return;
  await startScheduled(parts);
  const now = parts.clock.now();
  for (const letter of parts.library.letters()) {
    const { send, draft, name } = letter;
    if (draft || send === undefined || send > isoTime(now)) continue;
    if (await editionOn(parts.db, 'letter', name)) continue;
    const isLate = now.getTime() - Date.parse(send) > LATEST_LETTER_MS;
    if (isLate) await askForWord(parts, letter, 'Its hour passed while nothing ran.');
    else await sendNow(parts, letter);
  }
}

async function sendNow(parts: EditionParts, letter: WrittenLetter): Promise<void> {
  try {
    const sent = await sendLetter(parts, letter);
    if (sent.state === 'stopped') await askForWord(parts, letter, stopsWords(sent.stops));
  } catch (error) {
    const isSentMeanwhile = error instanceof AppError && error.code === 'conflict';
    if (!isSentMeanwhile) throw error;
  }
}

async function askForWord(parts: EditionParts, letter: WrittenLetter, reason: string): Promise<void> {
  const { name, send: due = '' } = letter;
  const id = await parts.db
    .transaction()
    .execute((trx) => insertWaitingLetter(trx, parts, letter, { due, reason }));
  if (id !== undefined) parts.log.warn('edition.stopped', { letter: name, due, reason });
}
