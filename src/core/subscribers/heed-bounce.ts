import type { Concern } from '../mail/bounces/concern.ts';
import { markReturned } from '../mail/bounces/returned-rows.ts';
import type { Delivery } from '../mail/outbox-rows.ts';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { insertBounce, softBouncesSince } from './bounce-rows.ts';
import { endSubscription } from './end-subscription.ts';
import {
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
  subscriberByKey,
} from './subscriber-rows.ts';
import { suppress } from './suppression.ts';
import { skipWaiting } from './waiting-rows.ts';

/** What came of a report, for one reader. */
export type Taken =
  | { state: 'suppressed'; why: 'hard' | 'soft-too-often' | 'complaint' }
  | { state: 'unsubscribed' }
  /** Soft; `times` within the last fourteen days. */
  | { state: 'counted'; times: number }
  /** The same message told of it before. */
  | { state: 'taken-before' }
  /** A letter of ours, to nobody who subscribes. */
  | { state: 'nobody' }
  /** It names no letter of ours, and whoever sent it proves nothing: it may be a forgery. */
  | { state: 'unproven' }
  /** It asks for nothing: late, delivered, an absence note, a report on authentication, other mail. */
  | { state: 'nothing' };

/** What is said of one reader, and by which letter or address it is them. */
export interface Taking {
  concern: Concern;
  delivery?: Delivery;
  /** Where no letter is known: whose address it is. */
  emailKey?: string;
  /** The letter's row says so already. */
  isSettled?: boolean;
}

export type HeedingParts = Pick<Parts, 'db' | 'clock' | 'secret' | 'log'>;

const SOFT_MOST = 5;
const SOFT_WITHIN_MS = 14 * DAY;

/**
 * Does what a report asks for in respect of one reader, and keeps the evidence.
 *
 * @param hash of the message that tells of it: told twice, it counts once
 */
export async function heed(parts: HeedingParts, trx: Trx, hash: string, taking: Taking): Promise<Taken> {
  const { concern, delivery, isSettled } = taking;
  const isBounce = concern.kind === 'hard' || concern.kind === 'soft';
  if (delivery && isBounce && !isSettled) await markReturned(trx, delivery.id, replyOf(concern));
  const subscriber = await subscriberOf(trx, taking);
  if (!subscriber) return { state: 'nobody' };
  const isNew = await insertBounce(trx, {
    message_hash: hash,
    at: isoTime(parts.clock.now()),
    subscriber_id: subscriber.id,
    delivery_id: delivery?.id ?? null,
    edition_id: delivery?.edition_id ?? null,
    ...concern,
  });
  return isNew ? settle(parts, trx, subscriber, concern.kind) : { state: 'taken-before' };
}

async function subscriberOf(trx: Trx, { delivery, emailKey }: Taking): Promise<Subscriber | undefined> {
  if (delivery?.subscriber_id) return subscriberById(trx, delivery.subscriber_id);
  return emailKey === undefined ? undefined : subscriberByKey(trx, emailKey);
}

async function settle(
  parts: HeedingParts,
  trx: Trx,
  subscriber: Subscriber,
  kind: Concern['kind'],
): Promise<Taken> {
  if (kind === 'opt-out') return leave(parts, trx, subscriber);
  if (kind === 'soft') {
    const since = isoAfter(parts.clock.now(), -SOFT_WITHIN_MS);
    const times = await softBouncesSince(trx, subscriber.id, since);
    if (times < SOFT_MOST) return { state: 'counted', times };
  }
  await suppress(parts, trx, subscriber.email_key, kind === 'complaint' ? 'complaint' : 'bounced');
  return { state: 'suppressed', why: kind === 'soft' ? 'soft-too-often' : kind };
}

/** They may sign up again: nothing is wrong with the address. */
async function leave({ clock }: HeedingParts, trx: Trx, subscriber: Subscriber): Promise<Taken> {
  const { id } = subscriber;
  const now = isoTime(clock.now());
  if (await endSubscription(trx, subscriber, now)) {
    await skipWaiting(trx, id, 'unsubscribed meanwhile', 'editions');
    const event = { subscriber_id: id, at: now, kind: 'unsubscribed', network: null, detail: 'opt-out' };
    await insertSubscriberEvent(trx, event);
  }
  return { state: 'unsubscribed' };
}

function replyOf({ status, reason }: Concern): string {
  return reason || status || 'It came back; the report does not say why.';
}
