import type { WrittenLetter } from '../articles/written-letter.ts';
import { HOUR, isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { approveEdition } from './approve-edition.ts';
import { stopsWords } from './before-start.ts';
import { editionById, editionOn } from './edition-rows.ts';
import type { EditionParts } from './make-edition.ts';
import { scheduleEdition, timeToCome } from './move-edition.ts';
import { requireUnsent } from './send-letter.ts';
import { insertWaitingLetter, LATEST_LETTER_MS } from './waiting-letter.ts';
import { dueScheduled, noteWhy, takeScheduled } from './waiting-rows.ts';

/**
 * Gives a letter of content/letters a time at which it goes out by itself, in place of that of its file.
 *
 * @param at UTC text
 * @throws AppError `invalid` with the field `at`; `conflict` where it went out, or is a draft
 */
export async function scheduleLetter(parts: EditionParts, letter: WrittenLetter, at: string): Promise<void> {
  const { db, clock } = parts;
  const due = timeToCome(clock.now(), at);
  await requireUnsent(db, letter);
  const reason = 'Its time is being set.';
  const made = await db
    .transaction()
    .execute((trx) => insertWaitingLetter(trx, parts, letter, { due, reason }));
  const id = made ?? (await editionOn(db, 'letter', letter.name))?.id ?? '';
  await scheduleEdition(parts, id, due);
}

/**
 * Starts the editions whose own time has come. Each is taken before, and waits for a word from then on: whatever goes
 * wrong after that, it is neither lost nor sent twice.
 */
export async function startScheduled(parts: EditionParts): Promise<void> {
  const { db, clock } = parts;
  for (const { id, due_at } of await dueScheduled(db, isoTime(clock.now()))) {
    const reason = 'Its time has come, and something kept it from starting.';
    if (!(await takeScheduled(db, id, due_at, reason))) continue;
    const why = (await lateWords(parts, id, due_at)) ?? (await start(parts, id));
    if (why === undefined) continue;
    await noteWhy(db, id, why);
    parts.log.warn('edition.stopped', { edition: id, due: due_at, reason: why });
  }
}

/** Why it did not start; undefined where it did, or nobody has anything to get. */
async function start(parts: EditionParts, id: string): Promise<string | undefined> {
  try {
    const made = await approveEdition(parts, id);
    return made.state === 'stopped' ? stopsWords(made.stops) : noReaders(made);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}

function noReaders({ state }: { state: string }): string | undefined {
  return state === 'no-readers' ? 'Nobody reads its topics yet.' : undefined;
}

async function lateWords(
  { db, clock, library }: EditionParts,
  id: string,
  dueAt: string,
): Promise<string | undefined> {
  const isLetter = (await editionById(db, id))?.kind === 'letter';
  const latestMs = isLetter ? LATEST_LETTER_MS : library.site.newsletter.latestHours * HOUR;
  const lateMs = clock.now().getTime() - Date.parse(dueAt);
  return lateMs > latestMs
    ? `It was due ${Math.floor(lateMs / HOUR)} hours ago, while nothing ran; so late it is not sent by itself.`
    : undefined;
}
