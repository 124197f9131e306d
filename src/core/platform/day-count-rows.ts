import type { DayCountKind } from '#db/schema.ts';
import type { Db, Trx } from './db.ts';
import { addToSetting } from './settings.ts';

export type { DayCountKind } from '#db/schema.ts';

/** Days and kinds that are put together in one go. */
const AT_ONCE = 500;

/**
 * Counts something on the UTC day of a time, in the transaction in which it happened. A row more, never a change of one:
 * two transactions that count the same do not wait for each other, whatever else they hold.
 *
 * @param at UTC text; its day counts
 * @param step how many; negative where some are so no more
 */
export async function addToDay(trx: Trx, kind: DayCountKind, at: string, step: number): Promise<void> {
  if (step === 0) return;
  await trx
    .insertInto('day_count')
    .values({ day: at.slice(0, 10), kind, count: step })
    .execute();
}

/** What was counted on each day from one on, in the order of the days; days without any are left out. */
export async function dayCounts(
  db: Db,
  kinds: readonly DayCountKind[],
  since: string,
): Promise<{ day: string; kind: DayCountKind; count: number }[]> {
  return db
    .selectFrom('day_count')
    .select((e) => ['day', 'kind', e.fn.sum<number>('count').as('count')])
    .where('kind', 'in', kinds)
    .where('day', '>=', since)
    .groupBy(['day', 'kind'])
    .orderBy('day')
    .execute();
}

/** What was counted before a day, and from which day on anything was. */
export async function countedBefore(
  db: Db,
  kind: DayCountKind,
  day: string,
): Promise<{ count: number; first: string | undefined }> {
  const { count, first } = await db
    .selectNoFrom((e) => [
      e
        .selectFrom('day_count')
        .select((s) => s.fn.sum<number | null>('count').as('count'))
        .where('kind', '=', kind)
        .where('day', '<', day)
        .as('count'),
      e
        .selectFrom('day_count')
        .select((s) => s.fn.min<string | null>('day').as('first'))
        .where('kind', '=', kind)
        .as('first'),
    ])
    .executeTakeFirstOrThrow();
  return { count: count ?? 0, first: first ?? undefined };
}

/** Makes one row of those that count the same on a day; the sums stay, also where others count meanwhile. */
export async function putDaysTogether(db: Db): Promise<void> {
  const parts = await daysInParts(db);
  if (parts.length === 0) return;
  await db.transaction().execute(async (trx) => {
    await addToSetting(trx, 'days-put-together', 0); // one at a time: two would wait for each other's rows
    for (const { day, kind } of parts) {
      const rows = await trx
        .deleteFrom('day_count')
        .where('kind', '=', kind)
        .where('day', '=', day)
        .returning('count')
        .execute();
      const sum = rows.reduce((all, { count }) => all + count, 0);
      await addToDay(trx, kind, day, sum);
    }
  });
}

async function daysInParts(db: Db): Promise<{ day: string; kind: DayCountKind }[]> {
  return db
    .selectFrom('day_count')
    .select(['day', 'kind'])
    .groupBy(['kind', 'day'])
    .having((e) => e.fn.countAll(), '>', 1)
    .orderBy('day', 'desc')
    .limit(AT_ONCE)
    .execute();
}
