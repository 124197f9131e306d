import type { ExpressionBuilder, ExpressionWrapper } from 'kysely';
import type { Schema } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import { CADENCES, type Cadence } from './subscriber.ts';

/** Up to which story a reader has been told, as of which edition. */
export interface Told {
  told_story: number;
  told_edition: number;
}

const NOTHING: Told = { told_story: 0, told_edition: 0 };

/** The newest digest of each cadence. */
export type LastDigests = Record<Cadence, Told>;

export async function lastDigests(db: Db | Trx): Promise<LastDigests> {
  const rows = await db
    .selectFrom('edition as e')
    .select(['e.cadence', 'e.number as told_edition', 'e.last_story as told_story'])
    .where('e.number', 'in', (q) =>
      q
        .selectFrom('edition')
        .select((s) => s.fn.max('number').as('newest'))
        .where('kind', '=', 'digest')
        .groupBy('cadence'),
    )
    .execute();
  const of = (cadence: Cadence): Told => {
    const row = rows.find((one) => one.cadence === cadence);
    return row ? { told_story: row.told_story, told_edition: row.told_edition ?? 0 } : NOTHING;
  };
  return { daily: of('daily'), weekly: of('weekly'), monthly: of('monthly') };
}

/** The story up to which each subscriber of a query has been told. */
export function toldUpTo(
  e: ExpressionBuilder<Schema, 'subscriber'>,
  last: LastDigests,
): ExpressionWrapper<Schema, 'subscriber', number> {
  const daily = e
    .case()
    .when(e.and([e('cadence', '=', 'daily'), e('told_edition', '<', last.daily.told_edition)]));
  const others = CADENCES.filter((cadence) => cadence !== 'daily').reduce(
    (cases, cadence) =>
      cases
        .when(e.and([e('cadence', '=', cadence), e('told_edition', '<', last[cadence].told_edition)]))
        .then(e.val(last[cadence].told_story)),
    daily.then(e.val(last.daily.told_story)),
  );
  return others.else(e.ref('told_story')).end() as ExpressionWrapper<Schema, 'subscriber', number>;
}

/** The same of one subscriber. */
export function toldOf(subscriber: Told & { cadence: Cadence }, last: LastDigests): number {
  const digest = last[subscriber.cadence];
  return subscriber.told_edition < digest.told_edition ? digest.told_story : subscriber.told_story;
}

/**
 * Where a new reader begins: after the latest digest, which their welcome carries; of their own cadence where there is
 * one, else of any.
 */
export function toldAtFirst(cadence: Cadence, last: LastDigests): Told {
  const newest =
    CADENCES.map((one) => last[one]).sort((a, b) => b.told_edition - a.told_edition)[0] ?? NOTHING;
  const told_story = last[cadence].told_edition > 0 ? last[cadence].told_story : newest.told_story;
  return { told_story, told_edition: newest.told_edition };
}

/** What a reader who changes their cadence takes along: what they have been told by the old one. */
export function toldBefore(subscriber: Told & { cadence: Cadence }, last: LastDigests): Told {
  const newest = Math.max(...CADENCES.map((one) => last[one].told_edition), subscriber.told_edition);
  return { told_story: toldOf(subscriber, last), told_edition: newest };
}
