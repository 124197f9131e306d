import { randomUUID } from 'node:crypto';
import { isoTime } from '../platform/clock.ts';
import { addToDay } from '../platform/day-count-rows.ts';
import type { Trx } from '../platform/db.ts';
import type { EmailAddress } from '../platform/email-address.ts';
import type { Parts } from '../platform/parts.ts';
import {
  insertSubscriberEvents,
  insertSubscribers,
  subscribersByKeys,
  suppressedHashes,
} from './bring-in-rows.ts';
import { allowLinksOf } from './letter-links.ts';
import { freshSubscriber } from './subscribe.ts';
import { type Choices, choiceColumns } from './subscriber.ts';
import { suppressionHash } from './suppression.ts';
import { lastDigests, toldAtFirst } from './told-rows.ts';

/** Somebody who agreed to letters elsewhere, or by word of mouth. */
export interface Incomer {
  address: EmailAddress;
  choices: Choices;
  phrase: string;
  /** When they agreed, and confirmed it, and from where, as far as it is known; UTC text. */
  agreedAt: string | undefined;
  confirmedAt: string | undefined;
  network: string | undefined;
  /** How that is known: kept as evidence. */
  words: string;
}

/** `guarded`: they left, or are suppressed, and nobody but themselves brings them back. */
export type BroughtIn = 'added' | 'already-here' | 'guarded';

/**
 * Makes readers of people who agreed to it elsewhere. No letter comes of it: their first is the next that has something
 * new since the latest digest. Once more is nothing new.
 *
 * @returns what became of each, by the key of the address
 */
export async function bringIn(
  trx: Trx,
  parts: Pick<Parts, 'clock' | 'secret'>,
  how: 'imported' | 'added',
  people: ReadonlyMap<string, Incomer>,
): Promise<Map<string, BroughtIn>> {
  const outcomes = await guards(trx, parts, [...people.keys()]);
  const now = isoTime(parts.clock.now());
  const last = await lastDigests(trx);
  const newcomers = [...people.values()].filter(({ address }) => !outcomes.has(address.key));
  // Random, but ascending: each page of their index is then looked at once. The rows stay in the order of the list, in
  // which two imports at once cannot wait for each other.
  const ids = newcomers.map(() => randomUUID()).sort();
  const rows = newcomers.map((person, place) => ({
    ...freshSubscriber(person.address, person.agreedAt ?? now),
    ...choiceColumns(person.choices),
    ...toldAtFirst(person.choices.cadence, last),
    id: ids[place] as string,
    phrase: person.phrase,
    state: 'confirmed' as const,
    confirmed_at: person.confirmedAt ?? person.agreedAt ?? now,
  }));
  const inserted = await insertSubscribers(trx, rows);
  await addToDay(trx, 'joined', now, inserted.size);
  const added = rows.filter(({ id }) => inserted.has(id));
  const events = added.map(({ id, email_key }) => {
    const { network = null, words } = people.get(email_key) ?? { words: '' };
    return { subscriber_id: id, at: now, kind: how, network, detail: words };
  });
  await insertSubscriberEvents(trx, events);
  await allowLinksOf(trx, parts.secret, [...inserted], now);
  for (const { id, email_key } of rows) outcomes.set(email_key, inserted.has(id) ? 'added' : 'already-here');
  return outcomes;
}

/** Who must not, or need not, be brought in. */
async function guards(
  trx: Trx,
  { secret }: Pick<Parts, 'secret'>,
  keys: readonly string[],
): Promise<Map<string, BroughtIn>> {
  const hashes = new Map(keys.map((key) => [suppressionHash(secret, key), key]));
  const suppressed = await suppressedHashes(trx, [...hashes.keys()]);
  const known = await subscribersByKeys(trx, keys);
  return new Map<string, BroughtIn>([
    ...known.map(
      ({ email_key, state }) => [email_key, state === 'unsubscribed' ? 'guarded' : 'already-here'] as const,
    ),
    ...[...suppressed].map((hash) => [hashes.get(hash) ?? '', 'guarded'] as const),
  ]);
}
