import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject, useToken } from '../platform/token-rows.ts';
import { allowLetterLinks } from './letter-links.ts';
import type { Cadence } from './subscriber.ts';
import {
  changeSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
} from './subscriber-rows.ts';

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

/** The button was pressed: from now on letters go to this address. A second press changes nothing more. */
export async function confirm(parts: Parts, token: string, network: string): Promise<Confirmation> {
  const { db, clock, secret, log } = parts;
  const { state, subscriber } = await found(parts, token);
  if (state !== 'waiting') return { state };
  const { id } = subscriber;
  const now = isoTime(clock.now());
  const confirmed = await db.transaction().execute(async (trx) => {
    if (!(await useToken(trx, 'confirm', token, now))) return false;
    if (!(await changeSubscriber(trx, id, ['pending'], { state: 'confirmed', confirmed_at: now, asked: 0 })))
      return false;
    await allowLetterLinks(trx, secret, id, now);
    await insertSubscriberEvent(trx, { subscriber_id: id, at: now, kind: 'confirmed', network, detail: '' });
    return true;
  });
  if (!confirmed) return confirmation(parts, token);
  log.info('subscriber.confirmed', { subscriber: id });
  return { state: 'confirmed', subscriber: { ...subscriber, state: 'confirmed', confirmed_at: now } };
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
