import type { WrittenLetter } from '../articles/written-letter.ts';
import { HOUR, isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { isOurInstance } from '../platform/instance.ts';
import { stopsWords } from './before-start.ts';
import { editionOn } from './edition-rows.ts';
import type { EditionParts } from './make-edition.ts';
import { startScheduled } from './scheduled.ts';
import { sendLetter } from './send-letter.ts';
import { dayIn, freeId } from './start-edition.ts';
import { insertWaiting } from './waiting-rows.ts';

/** How late a letter may be that goes out by itself: it speaks of its hour more than a digest does. */
const LATEST_MS = HOUR;

/** Starts what has a time of its own, and sends the letters whose `send` has come; one that is late, or with which something is wrong, waits for a person. */
export async function sendDueLetters(parts: EditionParts): Promise<void> {
  if (!(await isOurInstance(parts))) return;
  await startScheduled(parts);
  const now = parts.clock.now();
  for (const letter of parts.library.letters()) {
    const { send, draft, name } = letter;
    if (draft || send === undefined || send > isoTime(now)) continue;
    if (await editionOn(parts.db, 'letter', name)) continue;
    const isLate = now.getTime() - Date.parse(send) > LATEST_MS;
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

async function askForWord(
  { db, clock, library, log }: EditionParts,
  { name, title, send = '' }: WrittenLetter,
  reason: string,
): Promise<void> {
  const waits = await db.transaction().execute(async (trx) => {
    const id = await freeId(trx, `${dayIn(library.site.timeZone, new Date(send))}-letter`);
    const created_at = isoTime(clock.now());
    return insertWaiting(trx, { id, kind: 'letter', subject: name, title, reason, due_at: send, created_at });
  });
  if (waits) log.warn('edition.stopped', { letter: name, due: send, reason });
}
