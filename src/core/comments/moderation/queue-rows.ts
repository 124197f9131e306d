import { sql } from 'kysely';
import type { CommentState } from '#db/schema.ts';
import type { Db } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';

/** A comment's place in the queue. */
export interface QueuePlace {
  id: number;
  /** Null: alike to none, as nothing of what it is like is kept. */
  cluster: string | null;
}

/** Comments of a state, newest first, those before a row number; what the filter is sure of is left out. */
export async function placesBefore(
  db: Db,
  state: CommentState,
  before: number | undefined,
  most: number,
): Promise<QueuePlace[]> {
  return db
    .selectFrom('comment')
    .select(['id', 'cluster'])
    .where('state', '=', state)
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .$if(state === 'spam', (query) => query.where(notDiscarded))
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** Which of some clusters have comments of a state from a row number on. */
export async function clustersFrom(
  db: Db,
  state: CommentState,
  clusters: readonly string[],
  from: number,
): Promise<Set<string>> {
  if (clusters.length === 0) return new Set();
  const rows = await db
    .selectFrom('comment')
    .select('cluster')
    .distinct()
    .where('state', '=', state)
    .where('cluster', 'in', clusters)
    .where('id', '>=', from)
    .$if(state === 'spam', (query) => query.where(notDiscarded))
    .execute();
  return new Set(rows.map(({ cluster }) => cluster ?? ''));
}

/** How many comments of a state each of some clusters has. */
export async function clusterCounts(
  db: Db,
  state: CommentState,
  clusters: readonly string[],
): Promise<Map<string, number>> {
  if (clusters.length === 0) return new Map();
  const rows = await db
    .selectFrom('comment')
    .select(['cluster', (e) => e.fn.countAll<number>().as('count')])
    .where('state', '=', state)
    .where('cluster', 'in', clusters)
    .$if(state === 'spam', (query) => query.where(notDiscarded))
    .groupBy('cluster')
    .execute();
  return new Map(rows.map(({ cluster, count }) => [cluster ?? '', Number(count)]));
}

/** The newest of a cluster in one state: those that a decision about all of it is about, as they are now. */
export async function newestInCluster(
  db: Db,
  state: CommentState,
  cluster: string,
  most: number,
): Promise<{ id: number; revision: number }[]> {
  return db
    .selectFrom('comment')
    .select(['id', 'revision'])
    .where('state', '=', state)
    .where('cluster', '=', cluster)
    .$if(state === 'spam', (query) => query.where(notDiscarded))
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** What is looked at of a comment to tell whether a filter of the queue fits. */
export type LookedAt = Pick<CommentRow, 'id' | 'name' | 'body' | 'signs' | 'verdict'>;

/** Comments to look at, newest first, those before a row number. */
export async function candidatesBefore(
  db: Db,
  { state, article, emailKey, cluster }: Candidates,
  before: number | undefined,
  most: number,
): Promise<LookedAt[]> {
  return db
    .selectFrom('comment')
    .select(['id', 'name', 'body', 'signs', 'verdict'])
    .where('state', '=', state)
    .$if(article !== undefined, (query) => query.where('article', '=', article ?? ''))
    .$if(emailKey !== undefined, (query) => query.where('email_key', '=', emailKey ?? ''))
    .$if(cluster !== undefined, (query) => query.where('cluster', '=', cluster ?? ''))
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** What the database itself narrows a search down to. */
export interface Candidates {
  state: CommentState;
  article?: string | undefined;
  emailKey?: string | undefined;
  cluster?: string | undefined;
}

/** Whole comments by their ids. */
export async function commentsByIds(db: Db, ids: readonly number[]): Promise<Map<number, CommentRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('comment').selectAll().where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Which of some comments are pinned. */
export async function pinnedAmong(db: Db, articles: readonly string[]): Promise<Set<number>> {
  if (articles.length === 0) return new Set();
  const rows = await db
    .selectFrom('discussion')
    .select('pinned_id')
    .where('article', 'in', articles)
    .where('pinned_id', 'is not', null)
    .execute();
  return new Set(rows.map(({ pinned_id }) => pinned_id ?? 0));
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

const notDiscarded = sql<boolean>`(verdict is null or verdict <> 'discard')`;
