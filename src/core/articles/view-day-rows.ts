import type { Db } from '../platform/db.ts';

export interface SlugViews {
  slug: string;
  views: number;
}

/** What was read most from a day on: the days of its month, and the sums of those after it. */
export async function mostRead(db: Db, since: string, most: number): Promise<SlugViews[]> {
  const next = monthAfter(since);
  const days = db
    .selectFrom('article_view')
    .select(['slug', 'views'])
    .where('day', '>=', since)
    .where('day', '<', `${next}-01`);
  const months = db.selectFrom('article_view_month').select(['slug', 'views']).where('month', '>=', next);
  return db
    .selectFrom(days.unionAll(months).as('counted'))
    .select((e) => ['slug', e.fn.sum<number>('views').as('views')])
    .groupBy('slug')
    .orderBy('views', 'desc')
    .orderBy('slug')
    .limit(most)
    .execute();
}

function monthAfter(day: string): string {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  return month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
}

/** What was read most since anything was counted. */
export async function mostReadEver(db: Db, most: number): Promise<SlugViews[]> {
  return db
    .selectFrom('article_view_total')
    .select(['slug', 'views'])
    .orderBy('views', 'desc')
    .orderBy('slug')
    .limit(most)
    .execute();
}

/** How often some articles were read on each day from one on, in the order of the days. */
export async function viewsByDay(
  db: Db,
  slugs: readonly string[],
  since: string,
): Promise<(SlugViews & { day: string })[]> {
  if (slugs.length === 0) return [];
  return db
    .selectFrom('article_view')
    .select(['slug', 'day', 'views'])
    .where('slug', 'in', slugs)
    .where('day', '>=', since)
    .orderBy('day')
    .execute();
}
