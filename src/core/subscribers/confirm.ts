import { isoTime } from '../platform/clock.ts';
import { addToDay } from '../platform/day-count-rows.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject, useToken } from '../platform/token-rows.ts';
import { allowLetterLinks } from './letter-links.ts';
import { enqueueLetter } from './single-letters.ts';
import type { Cadence } from './subscriber.ts';
import {
  changeSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
} from './subscriber-rows.ts';
import { suppressionHash } from './suppression.ts';
import { deleteSuppression } from './suppression-rows.ts';
import { lastDigests, type Told, toldAtFirst } from './told-rows.ts';

/** Only the answer to the press says whose address it is: the link lives on in old and forwarded letters. */
export type Confirmation =
  | { state: 'waiting'; cadence: Cadence }
  | { state: 'confirmed'; subscriber: Subscriber }
  | { state: 'already-confirmed' }
  /** The button's time is over, or it was used and they have left since. */
  | { state: 'expired' }
  | { state: 'unknown' };

/** What a confirmation link is good for; changes nothing. */
export async function confirmation(
  parts: Pick<Parts, 'db' | 'clock'>,
  token: string,
): Promise<Exclude<Confirmation, { state: 'confirmed' }>> {
  const { state, subscriber } = await found(parts, token);
  return state === 'waiting' ? { state, cadence: subscriber.cadence } : { state };
}

/**
 * The button was pressed: from now on letters go to this address, the welcome first, which brings the latest digest. A
 * second press changes nothing more.
 */
export async function confirm(parts: Parts, token: string, network: string): Promise<Confirmation> {
  const { db, clock, log } = parts;
  const { state, subscriber } = await found(parts, token);
  if (state !== 'waiting') return { state };
  const now = isoTime(clock.now());
  const confirmed = await db.transaction().execute(async (trx) => {
    if (!(await useToken(trx, 'confirm', token, now))) return false;
    if (!(await beginSubscription(trx, parts, subscriber, now))) return false;
    const event = { subscriber_id: subscriber.id, at: now, kind: 'confirmed', network, detail: '' };
    await insertSubscriberEvent(trx, event);
    await enqueueLetter(trx, parts, 'welcome', subscriber);
    return true;
  });
  if (!confirmed) return confirmation(parts, token);
  log.info('subscriber.confirmed', { subscriber: subscriber.id });
  return { state: 'confirmed', subscriber: { ...subscriber, state: 'confirmed', confirmed_at: now } };
}

/** From here on a pending subscriber gets what they chose; false where they are pending no more. */
export async function beginSubscription(
  trx: Trx,
  { secret }: Pick<Parts, 'secret'>,
  subscriber: Subscriber,
  now: string,
): Promise<boolean> {
  const { id, email_key, cadence } = subscriber;
  const told = later(subscriber, toldAtFirst(cadence, await lastDigests(trx)));
  const change = { state: 'confirmed', confirmed_at: now, ended_at: null, asked: 0, asked_at: null } as const;
  if (!(await changeSubscriber(trx, id, ['pending'], { ...change, ...told }))) return false;
  await addToDay(trx, 'joined', now, 1);
  await deleteSuppression(trx, suppressionHash(secret, email_key), ['left']); // they are back by themselves
  await allowLetterLinks(trx, secret, id, now);
  return true;
}

/** Whoever comes back may have been told of more than the latest digest holds. */
function later(before: Told, first: Told): Told {
  return {
    told_story: Math.max(before.told_story, first.told_story),
    told_edition: Math.max(before.told_edition, first.told_edition),
  };
}

async function found(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  token: string,
): Promise<
  | { state: 'waiting'; subscriber: Subscriber }
  | { state: 'already-confirmed' | 'expired' | 'unknown'; subscriber?: undefined }
> {
  const known = await tokenSubject(db, 'confirm', token, isoTime(clock.now()));
  const subscriber = known && (await subscriberById(db, known.subject));
  if (!known || !subscriber) return { state: 'unknown' };
  if (subscriber.state === 'confirmed') return { state: 'already-confirmed' };
  return known.expired || known.used || subscriber.state !== 'pending'
    ? { state: 'expired' }
    : { state: 'waiting', subscriber };
}
