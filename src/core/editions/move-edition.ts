import type { EditionState } from '#db/schema.ts';
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

type MoveParts = Pick<Parts, 'db' | 'clock' | 'log'>;

/** Stops an edition where it is: no further letter is taken in hand, from now on. */
export async function pauseEdition(parts: MoveParts, id: string, reason: string): Promise<void> {
  if (!(await pauseIfSending(parts, id, reason))) throw await refusal(parts.db, id, 'paused');
}

/** The same, where it is no fault that it is not being sent any more; whether it was. */
export async function pauseIfSending({ db, log }: MoveParts, id: string, reason: string): Promise<boolean> {
  const isPaused = await changeEdition(db, id, FROM.paused, { state: 'paused', reason });
  if (isPaused) log.warn('edition.paused', { edition: id, reason });
  return isPaused;
}

/** Goes on with a paused edition. What paused it counts anew from here. */
export async function resumeEdition({ db, log }: MoveParts, id: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (!(await changeEdition(trx, id, FROM.resumed, { state: 'sending', reason: '' })))
      throw await refusal(trx, id, 'resumed');
    await noteResumed(trx, id);
  });
  log.info('edition.resumed', { edition: id });
}

/**
 * Ends an edition now. Whoever has its letter, or may have it, keeps it; the others have not been told of its stories,
 * and their next digest holds them.
 *
 * @returns how many letters were not sent
 */
export async function cancelEdition({ db, clock, log }: MoveParts, id: string, reason = ''): Promise<number> {
  const ended_at = isoTime(clock.now());
  const unsent = await db.transaction().execute(async (trx) => {
    const number = await takeEditionNumber(trx); // no digest is made meanwhile
    if (!(await changeEdition(trx, id, FROM.cancelled, { state: 'cancelled', reason, ended_at })))
      throw await refusal(trx, id, 'cancelled');
    return takeBack(trx, id, number);
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
export async function scheduleEdition({ db, clock, log }: MoveParts, id: string, at: string): Promise<void> {
  const due_at = timeToCome(clock.now(), at);
  const change = { state: 'scheduled', reason: '', due_at } as const;
  if (!(await changeEdition(db, id, FROM.scheduled, change))) throw await refusal(db, id, 'scheduled');
  log.info('edition.scheduled', { edition: id, due: due_at });
}

/** Takes the time of an edition back: it waits for a word. */
export async function holdBackEdition({ db, log }: MoveParts, id: string, reason: string): Promise<void> {
  if (!(await changeEdition(db, id, FROM['held back'], { state: 'waiting', reason })))
    throw await refusal(db, id, 'held back');
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
export async function dropWaiting({ db, clock }: MoveParts, id: string, reason: string): Promise<void> {
  const ended_at = isoTime(clock.now());
  await changeEdition(db, id, FROM.scheduled, { state: 'cancelled', reason, ended_at });
}

/**
 * Ends the editions whose letters are all settled; one that is uncertain does not keep its edition open. Of a cancelled
 * edition, takes back what a worker had in hand then and has put off since.
 */
export async function finishEditions({ db, clock, log }: MoveParts): Promise<void> {
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
