import { DAY, isoAfter } from '../../platform/clock.ts';
import type { Db, Trx } from '../../platform/db.ts';
import { randomToken } from '../../platform/tokens.ts';
import { isLinkKey } from './likeness.ts';

/** Of a flood, only so many are looked at. */
const MOST = 24;
/** What was said longer ago is no company for what is said now. */
const COMPANY_MS = 30 * DAY;

/**
 * How many other comments of the last day say nearly the same, or share a link and stand on no page: an advisory that
 * many readers name is no flood. And the clusters of those that share anything.
 */
export async function alikeTo(
  db: Db | Trx,
  keys: readonly string[],
  now: Date,
): Promise<{ alike: number; clusters: string[] }> {
  if (keys.length === 0) return { alike: 0, clusters: [] };
  const recent = await sharing(db, keys, isoAfter(now, -DAY));
  const isAlike = ({ key, state }: (typeof recent)[number]) =>
    !isLinkKey(key) || state === 'spam' || state === 'trash';
  const alike = new Set(recent.filter(isAlike).map(({ id }) => id)).size;
  const company = recent.length > 0 ? recent : await sharing(db, keys, isoAfter(now, -COMPANY_MS));
  return { alike, clusters: [...new Set(company.flatMap(({ cluster }) => cluster ?? []))] };
}

async function sharing(db: Db | Trx, keys: readonly string[], since: string) {
  return db
    .selectFrom('comment_likeness')
    .innerJoin('comment', 'comment.id', 'comment_likeness.comment_id')
    .select(['comment.id', 'comment.cluster', 'comment.state', 'comment_likeness.key'])
    .where('comment_likeness.key', 'in', keys)
    .where('comment_likeness.at', '>=', since)
    .limit(MOST)
    .execute();
}

/** The name of a cluster of which a comment is the first. */
export function newCluster(): string {
  return randomToken().slice(0, 12);
}

/**
 * Comments that were not alike so far are, by one that shares something with each: they stand together from now on.
 * In a transaction of its own and by their ids: one that holds an article's count must not wait for others' rows.
 */
export async function joinClusters(db: Db, [into = '', ...others]: readonly string[]): Promise<void> {
  const rows = await db
    .selectFrom('comment')
    .select('id')
    .where('state', 'in', ['unchecked', 'held', 'spam'])
    .where('cluster', 'in', others)
    .orderBy('id')
    .execute();
  await db.transaction().execute(async (trx) => {
    for (const { id } of rows)
      await trx
        .updateTable('comment')
        .set({ cluster: into })
        .where('id', '=', id)
        .where('cluster', 'in', others)
        .execute();
  });
}

export async function insertLikeness(
  trx: Trx,
  id: number,
  keys: readonly string[],
  at: string,
): Promise<void> {
  if (keys.length === 0) return;
  await trx
    .insertInto('comment_likeness')
    .values(keys.map((key) => ({ key, comment_id: id, at })))
    .onConflict((conflict) => conflict.columns(['key', 'at', 'comment_id']).doNothing())
    .execute();
}

export async function deleteLikeness(trx: Db | Trx, id: number): Promise<void> {
  await trx.deleteFrom('comment_likeness').where('comment_id', '=', id).execute();
}
