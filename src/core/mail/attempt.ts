import { isoAfter, isoTime } from '../platform/clock.ts';
import { GIVE_UP_MS, isAboutRecipient, pauseAfter } from './deferral.ts';
import type { LaneNews } from './lane.ts';
import type { Settled } from './ledger-rows.ts';
import type { Delivery } from './outbox-rows.ts';
import type { RelayOutcome } from './relay.ts';

/** How an attempt at a letter ended. */
export type Outcome =
  | RelayOutcome
  | { state: 'skipped'; reply: string }
  /** A fault of our own, which says nothing of the relay or the domain. */
  | { state: 'failed'; reply: string }
  /** The whole edition cannot go out: the row stays as it was. */
  | { state: 'fault'; reply: string };

/** What becomes of a letter that the relay did not take now. */
export function afterDeferral(
  { attempts, created_at }: Delivery,
  { reply, everyone }: { reply: string; everyone: boolean },
  now: Date,
): Settled {
  // The relay being away is no attempt at this letter; it is tried as soon as the relay is.
  if (everyone) return { state: 'deferred', reply, dueAt: isoTime(now), attempts: attempts - 1 };
  if (now.getTime() - Date.parse(created_at) > GIVE_UP_MS) return { state: 'bounced', reply };
  return { state: 'deferred', reply, dueAt: isoAfter(now, pauseAfter(attempts, reply)) };
}

/** What an attempt says of the domain as a whole. */
export function newsOf(outcome: Outcome): LaneNews | undefined {
  switch (outcome.state) {
    case 'sent':
      return 'taken';
    case 'bounced':
      return 'refused';
    case 'deferred':
      return outcome.everyone || isAboutRecipient(outcome.reply) ? undefined : 'put-off';
    case 'uncertain':
      return 'put-off';
    default:
      return undefined;
  }
}

/** What the log may know of a letter. */
export function factsOf({ id, kind, attempts }: Delivery): Record<string, unknown> {
  return { delivery: id, kind, attempts };
}

/** An edition's letters are told of one by one only to who asks for every detail. */
export function levelOf(delivery: Delivery, state: Settled['state']): 'debug' | 'info' | 'warn' {
  if (delivery.edition_id !== null && state !== 'uncertain') return 'debug';
  return state === 'sent' ? 'info' : 'warn';
}

/** The codes of a reply, for the log: its words may hold the reader's address; they stand in the row. */
export function statusOf(reply: string): string {
  return /^\d{3}(?:[ -]\d\.\d+\.\d+)?/.exec(reply)?.[0] ?? 'none';
}
