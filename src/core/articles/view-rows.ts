import { sql } from 'kysely';
import type { Db, Trx } from '../platform/db.ts';

/** How often an article was read on a UTC day, `2026-11-24`. */
export interface DayViews {
  slug: string;
  day: string;
  views: number;
}

/** How often an article was read, in all and from certain days on. */
export interface ViewCounts {
  today: number;
  week: number;
  month: number;
  all: number;
}

/** Rows in one statement, far below what either engine takes. */
const AT_ONCE = 1000;

/** Adds to what was counted before, here or by another process; each slug and day at most once, in one order. */
export async function addViews(trx: Trx, counted: readonly DayViews[]): Promise<void> {
  for (let at = 0; at < counted.length; at += AT_ONCE) {
    await trx
      .insertInto('article_view')
      .values(counted.slice(at, at + AT_ONCE))
      .onConflict((conflict) =>
        conflict
          .columns(['day', 'slug'])
          .doUpdateSet((e) => ({ views: e('article_view.views', '+', e.ref('excluded.views')) })),
      )
      .execute();
  }
}

/** Adds to the sums over all days, which would be millions of rows to read. */
export async function addTotalViews(trx: Trx, counted: readonly Omit<DayViews, 'day'>[]): Promise<void> {
  for (let at = 0; at < counted.length; at += AT_ONCE) {
    await trx
      .insertInto('article_view_total')
      .values(counted.slice(at, at + AT_ONCE))
      .onConflict((conflict) =>
        conflict
          .column('slug')
          .doUpdateSet((e) => ({ views: e('article_view_total.views', '+', e.ref('excluded.views')) })),
      )
      .execute();
  }
}

/** Adds to the sums of months (`2026-11`); each slug and month at most once, in one order. */
export async function addMonthViews(
  trx: Trx,
  counted: readonly { month: string; slug: string; views: number }[],
): Promise<void> {
  for (let at = 0; at < counted.length; at += AT_ONCE) {
    await trx
      .insertInto('article_view_month')
      .values(counted.slice(at, at + AT_ONCE))
      .onConflict((conflict) =>
        conflict
          .columns(['month', 'slug'])
          .doUpdateSet((e) => ({ views: e('article_view_month.views', '+', e.ref('excluded.views')) })),
      )
      .execute();
  }
}

/** By slug; the days are the first of each span. Articles that nobody read are missing. */
export async function viewCounts(
  db: Db,
  first: { today: string; week: string; month: string },
): Promise<Map<string, ViewCounts>> {
  const since = (day: string) => sql<number>`sum(case when day >= ${day} then views else 0 end)`;
  const spans = await db
    .selectFrom('article_view')
    .select(['slug', since(first.today).as('today'), since(first.week).as('week')])
    .select((e) => e.fn.sum<number>('views').as('month'))
    .where('day', '>=', first.month)
    .groupBy('slug')
    .execute();
  const totals = await db.selectFrom('article_view_total').select(['slug', 'views']).execute();
  const none = { today: 0, week: 0, month: 0 };
  const bySlug = new Map(spans.map(({ slug, ...counts }) => [slug, counts]));
  return new Map(totals.map(({ slug, views }) => [slug, { ...none, ...bySlug.get(slug), all: views }]));
}
