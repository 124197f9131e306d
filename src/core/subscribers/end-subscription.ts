import { addToDay } from '../platform/day-count-rows.ts';
import type { Trx } from '../platform/db.ts';
import { changeSubscriber, type Subscriber } from './subscriber-rows.ts';
import { lastDigests, toldBefore } from './told-rows.ts';

/**
 * Ends what somebody gets, and keeps what they have been told of: whoever comes back is not told twice.
 *
 * @returns false where it had ended before
 */
export async function endSubscription(
  trx: Trx,
  subscriber: Pick<Subscriber, 'id' | 'state' | 'cadence' | 'told_story' | 'told_edition'>,
  now: string,
): Promise<boolean> {
  const told = subscriber.state === 'confirmed' ? toldBefore(subscriber, await lastDigests(trx)) : {};
  const change = { ...told, state: 'unsubscribed', ended_at: now } as const;
  // Asked of the row, not of what was read of it: only who was a reader till now is one fewer.
  if (await changeSubscriber(trx, subscriber.id, ['confirmed'], change)) {
    await addToDay(trx, 'left', now, 1);
    return true;
  }
  return changeSubscriber(trx, subscriber.id, ['pending'], change);
}
