import type { EditionState } from '#db/schema.ts';
import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { lastDigests } from '../subscribers/told-rows.ts';
import type { Edition } from './edition.ts';
import { editionById, takeEditionNumber } from './edition-rows.ts';
import { cancelledWithUnsent, changeEdition, endSettled, skipUnsent, takeBackTold } from './move-rows.ts';
import { noteResumed } from './reception.ts';

/**
 * Where an edition may go from each state; everything that moves one does so here, and by condition, so that of two at
 * once one wins. It starts in start-edition.ts, from `waiting` or `scheduled`.
 */
const FROM: Record<'paused' | 'resumed' | 'cancelled' | 'scheduled' | 'held back', readonly EditionState[]> =
  {
    paused: ['sending'],
    resumed: ['paused'],
    scheduled: ['waiting', 'scheduled'],
    'held back': ['scheduled'],
    cancelled: ['waiting', 'scheduled', 'sending', 'paused'],
  };

const CANCELLED = 'the edition was cancelled';

type MoveParts = Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>;

/** Stops an edition where it is: no further letter is taken in hand, from now on. */
export async function pauseEdition(parts: MoveParts, id: string, reason: string): Promise<void> {
  if (!(await pauseIfSending(parts, id, reason))) throw await refusal(parts.db, id, 'paused');
}

/** The same, where it is no fault that it is not being sent any more; whether it was. */
export async function pauseIfSending(parts: MoveParts, id: string, reason: string): Promise<boolean> {
  const { db, log } = parts;
  const isPaused = await db.transaction().execute(async (trx) => {
    if (!(await changeEdition(trx, id, FROM.paused, { state: 'paused', reason }))) return false;
    await noteMove(trx, parts, id, { act: 'edition.pause', before: 'sending', after: reason });
    return true;
  });
  if (isPaused) log.warn('edition.paused', { edition: id, reason });
  return isPaused;
}

/** Goes on with a paused edition. What paused it counts anew from here. */
export async function resumeEdition(parts: MoveParts, id: string): Promise<void> {
  const { db, log } = parts;
  await db.transaction().execute(async (trx) => {
    if (!(await changeEdition(trx, id, FROM.resumed, { state: 'sending', reason: '' })))
      throw await refusal(trx, id, 'resumed');
    await noteResumed(trx, id);
    await noteMove(trx, parts, id, { act: 'edition.resume', before: 'paused', after: 'sending' });
  });
  log.info('edition.resumed', { edition: id });
}

/**
 * Ends an edition now. Whoever has its letter, or may have it, keeps it; the others have not been told of its stories,
 * and their next digest holds them.
 *
 * @returns how many letters were not sent
 */
export async function cancelEdition(parts: MoveParts, id: string, reason = ''): Promise<number> {
  const { db, clock, log } = parts;
  const ended_at = isoTime(clock.now());
  const unsent = await db.transaction().execute(async (trx) => {
    const number = await takeEditionNumber(trx); // no digest is made meanwhile
    const before = (await editionById(trx, id))?.state;
    if (!(await changeEdition(trx, id, FROM.cancelled, { state: 'cancelled', reason, ended_at })))
      throw await refusal(trx, id, 'cancelled');
    const count = await takeBack(trx, id, number);
    await noteMove(trx, parts, id, { act: 'edition.cancel', before, after: `${count} not sent` });
    return count;
  });
  log.warn('edition.cancelled', { edition: id, unsent });
  return unsent;
}

/**
 * Gives an edition that waits for a word a time at which it goes out by itself, or another one.
 *
 * @param at UTC text
 * @throws AppError `invalid` with the field `at`, `conflict`, `not-found`
 */
export async function scheduleEdition(parts: MoveParts, id: string, at: string): Promise<void> {
  const { db, clock, log } = parts;
  const due_at = timeToCome(clock.now(), at);
  const change = { state: 'scheduled', reason: '', due_at } as const;
  await db.transaction().execute(async (trx) => {
    if (!(await changeEdition(trx, id, FROM.scheduled, change))) throw await refusal(trx, id, 'scheduled');
    await noteMove(trx, parts, id, { act: 'edition.schedule', after: due_at });
  });
  log.info('edition.scheduled', { edition: id, due: due_at });
}

/** Takes the time of an edition back: it waits for a word. */
export async function holdBackEdition(parts: MoveParts, id: string, reason: string): Promise<void> {
  const { db, log } = parts;
  await db.transaction().execute(async (trx) => {
    if (!(await changeEdition(trx, id, FROM['held back'], { state: 'waiting', reason })))
      throw await refusal(trx, id, 'held back');
    await noteMove(trx, parts, id, { act: 'edition.hold', before: 'scheduled', after: 'waiting' });
  });
  log.info('edition.held-back', { edition: id, reason });
}

/**
 * A time as it is kept.
 *
 * @throws AppError `invalid` with the field `at`
 */
export function timeToCome(now: Date, at: string): string {
  if (Date.parse(at) > now.getTime()) return isoTime(new Date(at));
  const message = 'Choose a time that is still to come.';
  throw new AppError('invalid', message, { at: message });
}

/** An edition that waited for a word or its time is not wanted any more; nothing happens where it has started meanwhile. */
export async function dropWaiting(parts: MoveParts, id: string, reason: string): Promise<void> {
  const { db, clock } = parts;
  const ended_at = isoTime(clock.now());
  await db.transaction().execute(async (trx) => {
    if (!(await changeEdition(trx, id, FROM.scheduled, { state: 'cancelled', reason, ended_at }))) return;
    await noteMove(trx, parts, id, { act: 'edition.drop', after: reason });
  });
}

/**
 * Ends the editions whose letters are all settled; one that is uncertain does not keep its edition open. Of a cancelled
 * edition, takes back what a worker had in hand then and has put off since.
 */
export async function finishEditions({ db, clock, log }: Pick<Parts, 'db' | 'clock' | 'log'>): Promise<void> {
  const now = isoTime(clock.now());
  for (const edition of await endSettled(db, now)) log.info('edition.sent', { edition });
  for (const edition of await cancelledWithUnsent(db)) {
    await db.transaction().execute(async (trx) => {
      const number = await takeEditionNumber(trx);
      await changeEdition(trx, edition, ['cancelled'], { state: 'cancelled', ended_at: now });
      await takeBack(trx, edition, number);
    });
  }
}

/** An uncertain letter is to be sent again: its edition, which had ended, goes on. */
export async function reopenEdition(trx: Trx, id: string): Promise<void> {
  await changeEdition(trx, id, ['sent'], { state: 'sending', ended_at: null });
}

async function noteMove(
  trx: Trx,
  parts: MoveParts,
  id: string,
  move: { act: string; before?: string | undefined; after: string },
): Promise<void> {
  await noteAct(trx, parts, { subject: `edition:${id}`, ...move });
}

async function takeBack(trx: Trx, edition: string, number: number): Promise<number> {
  const taker = `cancel:${number}`;
  const unsent = await skipUnsent(trx, edition, { reason: CANCELLED, taker });
  const cancelled = await editionById(trx, edition);
  if (unsent > 0 && cancelled && tellsOfStories(cancelled))
    await takeBackTold(
      trx,
      { edition, taker, number, lastStory: cancelled.lastStory },
      await lastDigests(trx),
    );
  return unsent;
}

/** An alert about an update does too, to who did not know the story; `takeBackTold` leaves alone who did. */
function tellsOfStories({ kind, lastStory }: Edition): boolean {
  return lastStory > 0 && (kind === 'digest' || kind === 'alert');
}

const STATE_WORDS: Record<EditionState, string> = {
  waiting: 'waits for your word',
  scheduled: 'is scheduled',
  sending: 'is being sent',
  paused: 'is paused',
  cancelled: 'was cancelled',
  sent: 'was sent',
};

/** `was sent`, `is paused`: to follow the name of an edition. */
export function stateWords({ state }: Pick<Edition, 'state'>): string {
  return STATE_WORDS[state];
}

async function refusal(db: Parts['db'] | Trx, id: string, move: keyof typeof FROM): Promise<AppError> {
  const edition = await editionById(db, id);
  return edition
    ? new AppError('conflict', `The edition ${id} ${stateWords(edition)}: it cannot be ${move}.`)
    : new AppError('not-found', `There is no edition "${id}": see "watchpost editions".`);
}
