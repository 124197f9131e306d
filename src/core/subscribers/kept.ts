import type { Db } from '../platform/db.ts';
import { subscriberBounces, subscriberEvents, subscriberLetters } from './kept-rows.ts';
import { alertsFrom, topicsOf } from './subscriber.ts';
import type { Subscriber } from './subscriber-rows.ts';

/** Everything that is kept about a subscriber, for them: plain JSON. Newest first. */
export interface KeptSubscriber {
  address: string;
  state: string;
  cadence: string;
  /** None for all. */
  topics: string[];
  alertsFrom: string | null;
  phrase: string | null;
  firstSeen: string;
  confirmed: string | null;
  left: string | null;
  /** The number of the last story that they were told of, as of the edition of that number. */
  toldOf: { story: number; edition: number };
  lastAskedForALetter: string | null;
  events: { at: string; what: string; from: string | null; words: string }[];
  letters: {
    kind: string;
    edition: string | null;
    to: string;
    messageId: string;
    state: string;
    attempts: number;
    reply: string | null;
    made: string;
    sent: string | null;
  }[];
  cameBack: { at: string; kind: string; edition: string | null; status: string; reason: string }[];
}

/** All of it; a page shows the newest of each. */
export async function keptSubscriber(
  db: Db,
  subscriber: Subscriber,
  most = 100_000,
): Promise<KeptSubscriber> {
  const { id } = subscriber;
  const events = await subscriberEvents(db, id, most);
  const letters = await subscriberLetters(db, id, most);
  const bounces = await subscriberBounces(db, id, most);
  return {
    address: subscriber.email,
    state: subscriber.state,
    cadence: subscriber.cadence,
    topics: topicsOf(subscriber.topics),
    alertsFrom: alertsFrom(subscriber.alerts) ?? null,
    phrase: subscriber.phrase || null,
    firstSeen: subscriber.created_at,
    confirmed: subscriber.confirmed_at,
    left: subscriber.ended_at,
    toldOf: { story: subscriber.told_story, edition: subscriber.told_edition },
    lastAskedForALetter: subscriber.asked_at,
    events: events.map(({ at, kind, network, detail }) => ({ at, what: kind, from: network, words: detail })),
    letters: letters.map((letter) => ({
      kind: letter.kind,
      edition: letter.edition_id,
      to: letter.recipient,
      messageId: letter.message_id,
      state: letter.state,
      attempts: letter.attempts,
      reply: letter.reply,
      made: letter.created_at,
      sent: letter.sent_at,
    })),
    cameBack: bounces.map(({ edition_id, ...bounce }) => ({ ...bounce, edition: edition_id })),
  };
}
