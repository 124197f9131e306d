import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { insertSuppressions, selfConfirmed, subscribersByKeys } from './bring-in-rows.ts';
import { endSubscription } from './end-subscription.ts';
import { insertSubscriberEvent, type Subscriber } from './subscriber-rows.ts';
import { suppressionHash } from './suppression.ts';
import { skipWaiting } from './waiting-rows.ts';

/** `ended`: they were a reader by an import alone; `stays`: by their own button here, which counts more. */
export type KeptOut = 'kept-out' | 'ended' | 'stays' | 'guarded';

/**
 * Heeds that people left elsewhere: no import makes readers of them. Of who is unknown here only the keyed hash is
 * kept, and by themselves they may sign up.
 *
 * @param leavers why, by the key of the address
 * @returns what became of each, by the same
 */
export async function keepOut(
  trx: Trx,
  { clock, secret }: Pick<Parts, 'clock' | 'secret'>,
  leavers: ReadonlyMap<string, string>,
): Promise<Map<string, KeptOut>> {
  const now = isoTime(clock.now());
  const outcomes = new Map<string, KeptOut>();
  const known = await subscribersByKeys(trx, [...leavers.keys()]);
  const own = await selfConfirmed(
    trx,
    known.filter(({ state }) => state === 'confirmed').map(({ id }) => id),
  );
  for (const subscriber of known) {
    const why = leavers.get(subscriber.email_key) ?? '';
    outcomes.set(subscriber.email_key, await heed(trx, subscriber, own.has(subscriber.id), why, now));
  }
  const strangers = [...leavers.keys()].filter((key) => !outcomes.has(key));
  const hashes = new Map(strangers.map((key) => [suppressionHash(secret, key), key]));
  const rows = [...hashes.keys()].map((hash) => ({ hash, reason: 'left' as const, at: now }));
  const inserted = await insertSuppressions(trx, rows);
  for (const [hash, key] of hashes) outcomes.set(key, inserted.has(hash) ? 'kept-out' : 'guarded');
  return outcomes;
}

async function heed(
  trx: Trx,
  subscriber: Subscriber,
  isOwn: boolean,
  why: string,
  now: string,
): Promise<KeptOut> {
  const { id, state } = subscriber;
  if (state === 'unsubscribed') return 'guarded';
  if (state === 'pending' || isOwn) return 'stays';
  await endSubscription(trx, subscriber, now);
  await skipWaiting(trx, id, 'unsubscribed meanwhile', 'editions');
  const event = { subscriber_id: id, at: now, kind: 'unsubscribed', network: null, detail: why };
  await insertSubscriberEvent(trx, event);
  return 'ended';
}
