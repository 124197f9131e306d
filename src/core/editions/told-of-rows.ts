import type { Db } from '../platform/db.ts';

/** Whether an edition that started before a time has told anybody of an article. */
export async function isToldOf(db: Db, slug: string, before: string): Promise<boolean> {
  const row = await db
    .selectFrom('edition_variant')
    .innerJoin('edition', 'edition.id', 'edition_variant.edition_id')
    .select('edition.id')
    .where('edition.started_at', '<', before)
    .where('edition_variant.stories', 'like', `%"${slug}"%`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
