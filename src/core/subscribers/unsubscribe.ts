import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { tokenSubject } from '../platform/token-rows.ts';
import type { TokenPurpose } from '../platform/tokens.ts';
import { endSubscription } from './end-subscription.ts';
import { insertSubscriberEvent, type Subscriber, subscriberById } from './subscriber-rows.ts';
import { skipWaiting } from './waiting-rows.ts';

/** Whose link this is, or undefined where it is none of ours; changes nothing. */
export async function subscriberOfLink(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  purpose: Extract<TokenPurpose, 'preferences' | 'unsubscribe' | 'comment'>,
  token: string,
): Promise<Subscriber | undefined> {
  const found = await tokenSubject(db, purpose, token, isoTime(clock.now()));
  return found && subscriberById(db, found.subject);
}

/** How somebody left; by hand with who asked for it, and how. */
export type WayOut = 'one-click' | 'page' | 'preferences' | 'complaint' | 'opt-out' | `by hand: ${string}`;

/**
 * Ends all letters to a subscriber, at once and for good, those of editions that wait in the outbox too; once more is
 * the same. `how` is kept as evidence.
 */
export async function unsubscribe(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>,
  { id }: Pick<Subscriber, 'id'>,
  network: string | null,
  how: WayOut,
): Promise<void> {
  const { db, clock, log } = parts;
  const now = isoTime(clock.now());
  const ended = await db.transaction().execute(async (trx) => {
    const subscriber = await subscriberById(trx, id);
    if (!subscriber || !(await endSubscription(trx, subscriber, now))) return false;
    await skipWaiting(trx, id, 'unsubscribed meanwhile', 'editions');
    const event = { subscriber_id: id, at: now, kind: 'unsubscribed', network, detail: how };
    await insertSubscriberEvent(trx, event);
    const before = subscriber.state;
    await noteAct(trx, parts, { act: 'subscriber.unsubscribe', subject: `subscriber:${id}`, before });
    return true;
  });
  if (ended) log.info('subscriber.unsubscribed', { subscriber: id, how: how.split(':')[0] });
}
