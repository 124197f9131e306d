import { setImmediate as othersTurn } from 'node:timers/promises';
import type { SubscriberState } from '#db/schema.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { CADENCES, type Cadence } from './subscriber.ts';
import { type SuppressionReason, suppressionCounts } from './suppression-rows.ts';
import { subscribersOf } from './tally-rows.ts';

/** How many there are. */
export interface Tallies {
  counts: { state: SubscriberState; cadence: Cadence; count: number }[];
  suppressed: { reason: SuppressionReason; count: number }[];
  /** When that was counted; UTC text. */
  at: string;
}

/**
 * Of so few a count is always that of now. Of more it is good for so long for each of them: of a million, which are
 * counted in a tenth of a second, for a minute.
 */
const FEW = 10_000;
const GOOD_MS_EACH = 0.06;
const STATES: readonly SubscriberState[] = ['confirmed', 'pending', 'unsubscribed'];

interface Kept {
  tallies: Promise<Tallies>;
  /** By the machine's own time, in milliseconds; undefined while they are counted. */
  goodUntil: number | undefined;
}

const kept = new WeakMap<Db, Kept>();

/** How many subscribers and suppressed addresses there are, as it was a moment ago where there are very many. */
export function subscriberTallies(parts: Pick<Parts, 'db' | 'clock'>): Promise<Tallies> {
  const known = kept.get(parts.db);
  if (known && (known.goodUntil === undefined || performance.now() < known.goodUntil)) return known.tallies;
  const fresh: Kept = { tallies: counted(parts), goodUntil: undefined };
  kept.set(parts.db, fresh);
  fresh.tallies.then(
    (tallies) => {
      const all = [...tallies.counts, ...tallies.suppressed].reduce((sum, { count }) => sum + count, 0);
      fresh.goodUntil = all > FEW ? performance.now() + all * GOOD_MS_EACH : 0;
    },
    () => kept.delete(parts.db), // whoever waits for them hears why; the next one counts anew
  );
  return fresh.tallies;
}

/** Some at a time: on SQLite everybody else waits for a statement. */
async function counted({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<Tallies> {
  const counts: Tallies['counts'] = [];
  for (const state of STATES) {
    for (const cadence of CADENCES) {
      counts.push({ state, cadence, count: await subscribersOf(db, state, cadence) });
      await othersTurn();
    }
  }
  return { counts, suppressed: await suppressionCounts(db), at: isoTime(clock.now()) };
}
