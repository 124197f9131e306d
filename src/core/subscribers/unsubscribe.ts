import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject } from '../platform/token-rows.ts';
import type { TokenPurpose } from '../platform/tokens.ts';
import {
  changeSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberById,
} from './subscriber-rows.ts';

/** Whose link this is, or undefined where it is none of ours; changes nothing. */
export async function subscriberOfLink(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  purpose: Extract<TokenPurpose, 'preferences' | 'unsubscribe' | 'comment'>,
  token: string,
): Promise<Subscriber | undefined> {
  const found = await tokenSubject(db, purpose, token, isoTime(clock.now()));
  return found && subscriberById(db, found.subject);
}

/** Ends all letters to a subscriber, at once and for good; once more is the same. `how` is kept as evidence. */
export async function unsubscribe(
  { db, clock, log }: Pick<Parts, 'db' | 'clock' | 'log'>,
  { id }: Subscriber,
  network: string,
  how: 'one-click' | 'page' | 'preferences',
): Promise<void> {
  const now = isoTime(clock.now());
  const ended = await db.transaction().execute(async (trx) => {
    const changed = await changeSubscriber(trx, id, ['pending', 'confirmed'], {
      state: 'unsubscribed',
      ended_at: now,
    });
    if (changed)
      await insertSubscriberEvent(trx, {
        subscriber_id: id,
        at: now,
        kind: 'unsubscribed',
        network,
        detail: how,
      });
    return changed;
  });
  if (ended) log.info('subscriber.unsubscribed', { subscriber: id, how });
}
