import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject, useToken } from '../platform/token-rows.ts';
import { allowLetterLinks } from './letter-links.ts';
import {
  changeSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
} from './subscriber-rows.ts';

export type Confirmation =
  | { state: 'waiting' | 'confirmed' | 'already-confirmed'; subscriber: Subscriber }
  /** The button's time is over, or it was used and they have left since. */
  | { state: 'expired' }
  | { state: 'unknown' };

/** What a confirmation link is good for; changes nothing. */
export async function confirmation(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  token: string,
): Promise<Confirmation> {
  const found = await tokenSubject(db, 'confirm', token, isoTime(clock.now()));
  const subscriber = found && (await subscriberById(db, found.subject));
  if (!found || !subscriber) return { state: 'unknown' };
  if (subscriber.state === 'confirmed') return { state: 'already-confirmed', subscriber };
  return found.expired || found.used || subscriber.state !== 'pending'
    ? { state: 'expired' }
    : { state: 'waiting', subscriber };
}

/** The button was pressed: from now on letters go to this address. A second press changes nothing more. */
export async function confirm(parts: Parts, token: string, network: string): Promise<Confirmation> {
  const { db, clock, secret, log } = parts;
  const before = await confirmation(parts, token);
  if (before.state !== 'waiting') return before;
  const { id } = before.subscriber;
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
  return { state: 'confirmed', subscriber: { ...before.subscriber, state: 'confirmed', confirmed_at: now } };
}
