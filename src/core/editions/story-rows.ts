import type { Db, Trx } from '../platform/db.ts';
import type { KnownStories } from './story.ts';

export async function knownStories(db: Db | Trx): Promise<KnownStories> {
  const rows = await db.selectFrom('story').select(['slug', 'number']).execute();
  return { numbers: new Map(rows.map(({ slug, number }) => [slug, number])), isFirst: rows.length === 0 };
}

const AT_ONCE = 500;

export async function insertStories(
  trx: Trx,
  stories: readonly { slug: string; number: number | null }[],
  now: string,
): Promise<void> {
  for (let from = 0; from < stories.length; from += AT_ONCE) {
    const rows = stories.slice(from, from + AT_ONCE).map((story) => ({ ...story, first_seen_at: now }));
    await trx.insertInto('story').values(rows).execute();
  }
}
