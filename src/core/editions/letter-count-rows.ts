import type { Db, Trx } from '../platform/db.ts';
import type { Edition, Variant } from './edition.ts';

/** Rows in one statement, far below what either engine takes. */
const AT_ONCE = 500;

/** Writes down how many letters an edition was made into, and how many of them carry each article. */
export async function insertLetterCounts(
  trx: Trx,
  edition: string,
  letters: number,
  variants: readonly Pick<Variant, 'stories' | 'readers'>[],
): Promise<void> {
  await trx.insertInto('edition_letters').values({ edition_id: edition, letters }).execute();
  const carried = new Map<string, number>();
  for (const { stories, readers } of variants)
    for (const slug of stories) carried.set(slug, (carried.get(slug) ?? 0) + readers);
  const rows = [...carried].map(([slug, count]) => ({ edition_id: edition, slug, letters: count }));
  for (let at = 0; at < rows.length; at += AT_ONCE)
    await trx
      .insertInto('story_letters')
      .values(rows.slice(at, at + AT_ONCE))
      .execute();
}

/** How many letters carried each article, by slug; those of editions that were cancelled are left out. */
export async function lettersByStory(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('story_letters')
    .innerJoin('edition', 'edition.id', 'story_letters.edition_id')
    .select((e) => ['slug', e.fn.sum<number>('letters').as('letters')])
    .where('edition.state', '<>', 'cancelled')
    .groupBy('slug')
    .execute();
  return new Map(rows.map(({ slug, letters }) => [slug, letters]));
}

/** The editions that carried an article, the newest first, and in how many letters. */
export async function editionsWithStory(
  db: Db,
  slug: string,
  most: number,
): Promise<{ id: string; title: string; state: Edition['state']; startedAt: string; letters: number }[]> {
  return db
    .selectFrom('story_letters')
    .innerJoin('edition', 'edition.id', 'story_letters.edition_id')
    .select(['edition.id', 'title', 'state', 'started_at as startedAt', 'letters'])
    .where('slug', '=', slug)
    .orderBy('edition.number', 'desc')
    .limit(most)
    .$narrowType<{ startedAt: string }>()
    .execute();
}

/** An edition that has started: its letters, and those of which something else is known than that they were sent. */
export interface EditionLetters {
  id: string;
  title: string;
  state: Edition['state'];
  startedAt: string;
  letters: number;
  bounced: number;
  skipped: number;
  uncertain: number;
  complaints: number;
}

/**
 * The newest editions that started since a time, the oldest of them first. Only what is rare is counted: an edition's
 * letters that were sent are the others, and may be a million.
 */
export async function newestEditionLetters(db: Db, since: string, most: number): Promise<EditionLetters[]> {
  const editions = await db
    .selectFrom('edition')
    .innerJoin('edition_letters', 'edition_letters.edition_id', 'edition.id')
    .select(['edition.id', 'title', 'state', 'started_at as startedAt', 'letters'])
    .where('edition.number', 'is not', null)
    .where('started_at', '>=', since)
    .orderBy('edition.number', 'desc')
    .limit(most)
    .$narrowType<{ startedAt: string }>()
    .execute();
  const ids = editions.map(({ id }) => id);
  if (ids.length === 0) return [];
  const [states, complaints] = await Promise.all([rareStates(db, ids), complaintsOf(db, ids)]);
  const none = { bounced: 0, skipped: 0, uncertain: 0 };
  return editions.reverse().map((edition) => ({
    ...edition,
    ...none,
    ...Object.fromEntries(
      states
        .filter(({ edition_id }) => edition_id === edition.id)
        .map(({ state, letters }) => [state, letters]),
    ),
    complaints: complaints.find(({ edition_id }) => edition_id === edition.id)?.complaints ?? 0,
  }));
}

async function rareStates(db: Db, editions: readonly string[]) {
  return db
    .selectFrom('delivery')
    .select((e) => ['edition_id', 'state', e.fn.countAll<number>().as('letters')])
    .where('edition_id', 'in', editions)
    .where('state', 'in', ['bounced', 'skipped', 'uncertain'])
    .groupBy(['edition_id', 'state'])
    .execute();
}

/** Readers who complained, by the edition that they complained of. */
async function complaintsOf(db: Db, editions: readonly string[]) {
  return db
    .selectFrom('bounce')
    .select((e) => ['edition_id', e.fn.count<number>('subscriber_id').distinct().as('complaints')])
    .where('edition_id', 'in', editions)
    .where('kind', '=', 'complaint')
    .groupBy('edition_id')
    .execute();
}
