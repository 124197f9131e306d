import type { Db } from '../platform/db.ts';

export interface SlugViews {
  slug: string;
  views: number;
}

/** What was read most from a day on. */
export async function mostRead(db: Db, since: string, most: number): Promise<SlugViews[]> {
  return db
    .selectFrom('article_view')
    .select((e) => ['slug', e.fn.sum<number>('views').as('views')])
    .where('day', '>=', since)
    .groupBy('slug')
    .orderBy('views', 'desc')
    .orderBy('slug')
    .limit(most)
    .execute();
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
