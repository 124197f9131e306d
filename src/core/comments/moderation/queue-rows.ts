import { sql } from 'kysely';
import type { CommentState } from '#db/schema.ts';
import type { Db } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';

/** Comments of one state that are alike, counted. */
export interface ClusterRow {
  cluster: string;
  count: number;
  newest: number;
}

/** The clusters of a state, the one with the newest comment first; what the filter is sure of is left out. */
export async function clustersIn(
  db: Db,
  state: CommentState,
  { most, skip }: { most: number; skip: number },
): Promise<ClusterRow[]> {
  const rows = await db
    .selectFrom('comment')
    .select(['cluster', (e) => e.fn.countAll<number>().as('count'), (e) => e.fn.max('id').as('newest')])
    .where('state', '=', state)
    .where('cluster', 'is not', null)
    .where((w) => w.or([w('verdict', 'is', null), w('verdict', '<>', 'discard'), w('state', '<>', 'spam')]))
    .groupBy('cluster')
    .orderBy('newest', 'desc')
    .limit(most)
    .offset(skip)
    .execute();
  return rows.map(({ cluster, count, newest }) => ({ cluster: cluster ?? '', count: Number(count), newest }));
}

/** The newest comments of a cluster that are in one state. */
export async function commentsInCluster(
  db: Db,
  state: CommentState,
  cluster: string,
  most: number,
): Promise<CommentRow[]> {
  return newestInCluster(db, state, cluster, most).selectAll().execute();
}

/** Those that a decision about the whole cluster is about, as they are now. */
export async function readInCluster(
  db: Db,
  state: CommentState,
  cluster: string,
  most: number,
): Promise<{ id: number; revision: number }[]> {
  return newestInCluster(db, state, cluster, most).select(['id', 'revision']).execute();
}

function newestInCluster(db: Db, state: CommentState, cluster: string, most: number) {
  return db
    .selectFrom('comment')
    .where('state', '=', state)
    .where('cluster', '=', cluster)
    .orderBy('id', 'desc')
    .limit(most);
}

/** Comments of one state, newest first. */
export async function commentsIn(
  db: Db,
  state: CommentState,
  { most, skip }: { most: number; skip: number },
): Promise<CommentRow[]> {
  return db
    .selectFrom('comment')
    .selectAll()
    .where('state', '=', state)
    .orderBy('id', 'desc')
    .limit(most)
    .offset(skip)
    .execute();
}

/** What the filter is so sure of that nobody need look: how many are kept. */
export async function countDiscarded(db: Db): Promise<number> {
  const { count } = await discarded(db)
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Some of them that no person has looked at, by chance. */
export async function sampleDiscarded(db: Db, most: number): Promise<CommentRow[]> {
  return discarded(db)
    .selectAll()
    .where('reason', '=', 'filter-spam')
    .orderBy(sql`random()`)
    .limit(most)
    .execute();
}

function discarded(db: Db) {
  return db.selectFrom('comment').where('state', '=', 'spam').where('verdict', '=', 'discard');
}

/** How many comments of each address stand on the site, or were taken for spam. */
export async function recordsOf(
  db: Db,
  emailKeys: readonly string[],
): Promise<Map<string, { published: number; spam: number }>> {
  const records = new Map<string, { published: number; spam: number }>();
  const keys = [...new Set(emailKeys)].filter((key) => key !== '');
  if (keys.length === 0) return records;
  const rows = await db
    .selectFrom('comment')
    .select(['email_key', 'state', (e) => e.fn.countAll<number>().as('count')])
    .where('email_key', 'in', keys)
    .where('state', 'in', ['published', 'spam'])
    .groupBy(['email_key', 'state'])
    .execute();
  for (const { email_key, state, count } of rows) {
    const record = records.get(email_key) ?? { published: 0, spam: 0 };
    if (state === 'published' || state === 'spam') record[state] = Number(count);
    records.set(email_key, record);
  }
  return records;
}
