import type { Db } from '../../platform/db.ts';
import type { CommentState } from '../comment.ts';
import { commentById } from '../comment-rows.ts';
import { PAGE_BYTES, type QueuedComment, weightOnPage, withContext } from './queue-context.ts';
import { fitOf, type QueueFilter } from './queue-filter.ts';
import {
  type Candidates,
  candidatesBefore,
  clusterCounts,
  clustersFrom,
  commentsByIds,
  type LookedAt,
  newestInCluster,
  placesBefore,
  sampleDiscarded,
} from './queue-rows.ts';

export type { QueuedComment } from './queue-context.ts';

/** Clusters, or comments, on a page of the desk. */
export const QUEUE_LENGTH = 25;
/** So many of a cluster are shown among others, and so many decided at once. */
const SHOWN = 3;
const MOST_DECIDED = 1000;
/** So many comments are walked over for one page, and so many at a time. */
const MOST_WALKED = 10_000;
const WALKED_AT_ONCE = 1000;
/** So many texts are looked through for one page; so many at first, and as there are few hits twice as many each time. */
const MOST_LOOKED_AT = 5000;
const LOOKED_AT_FIRST = 500;

/** Comments that are alike: decided together, or each by itself. */
export interface Cluster {
  /** Empty for a comment that is listed by itself. */
  cluster: string;
  count: number;
  comments: QueuedComment[];
  /** Those that a decision about all of them is about, as they were read: no newer one, that nobody has seen. */
  read: { id: number; revision: number }[];
}

/** A page of what is held or was taken for spam, and the row number before which the next one begins. */
export interface QueuePage<T> {
  items: T[];
  next: number | undefined;
}

/**
 * A page of clusters, the one with the newest comment first. A page begins before a row number, not after so many
 * others, so that nothing is passed over when some are decided meanwhile.
 */
export async function queue(db: Db, state: CommentState, before?: number): Promise<QueuePage<Cluster>> {
  const { items: found, next } = await newestClusters(db, state, before);
  const keys = found.map(({ cluster }) => cluster).filter((cluster) => cluster !== '');
  const counts = await clusterCounts(db, state, keys);
  const clusters = await Promise.all(
    found.map(async ({ cluster, newest }) => {
      const count = counts.get(cluster) ?? 1;
      const read = count > 1 ? await newestInCluster(db, state, cluster, MOST_DECIDED) : [];
      return { cluster, count, newest, read, shown: shownOf(read, newest) };
    }),
  );
  const ids = clusters.flatMap(({ shown }) => shown);
  const rows = await commentsByIds(db, ids);
  const known = new Map((await withContext(db, [...rows.values()])).map((one) => [one.id, one]));
  const all = clusters.map(({ shown, ...cluster }) => ({
    ...cluster,
    comments: shown.flatMap((id) => known.get(id) ?? []),
  }));
  return fitting(
    all.filter(({ comments }) => comments.length > 0),
    next,
  );
}

function shownOf(read: readonly { id: number }[], newest: number): number[] {
  return read.length === 0 ? [newest] : read.slice(0, SHOWN).map(({ id }) => id);
}

interface FoundCluster {
  cluster: string;
  newest: number;
}

/**
 * Walks from the newest comment to older ones until enough clusters are met; of a flood that is one cluster it gives up
 * after a while, and the next page goes on there.
 */
async function newestClusters(
  db: Db,
  state: CommentState,
  before: number | undefined,
): Promise<QueuePage<FoundCluster>> {
  const found: FoundCluster[] = [];
  const met = new Set<string>();
  let from = before;
  for (let walked = 0; walked < MOST_WALKED; ) {
    const places = await placesBefore(db, state, from, WALKED_AT_ONCE);
    const fresh = places.filter(({ cluster }) => cluster === null || (!met.has(cluster) && met.add(cluster)));
    const keys = fresh.flatMap(({ cluster }) => cluster ?? []);
    const shownBefore = before === undefined ? undefined : await clustersFrom(db, state, keys, before);
    for (const { id, cluster } of fresh)
      if (!shownBefore?.has(cluster ?? '')) found.push({ cluster: cluster ?? '', newest: id });
    walked += places.length;
    from = places.at(-1)?.id;
    if (found.length > QUEUE_LENGTH) return cut(found);
    if (places.length < WALKED_AT_ONCE) return { items: found, next: undefined };
  }
  return { items: found, next: from };
}

function cut(found: readonly FoundCluster[]): QueuePage<FoundCluster> {
  const items = found.slice(0, QUEUE_LENGTH);
  return { items, next: items.at(-1)?.newest };
}

/** As many as one page takes, at least one; the others stand on the next one. */
function fitting(clusters: (Cluster & { newest: number })[], next: number | undefined): QueuePage<Cluster> {
  let bytes = 0;
  const items: typeof clusters = [];
  for (const cluster of clusters) {
    bytes += cluster.comments.reduce((sum, one) => sum + weightOnPage(one), 0) + 10 * cluster.read.length;
    if (bytes > PAGE_BYTES && items.length > 0) return { items, next: items.at(-1)?.newest };
    items.push(cluster);
  }
  return { items, next };
}

/** What a search has found so far. */
export interface Found extends QueuePage<QueuedComment> {
  /** When the oldest comment that was looked at was saved, where there are more to look at. UTC text. */
  lookedBackTo: string | undefined;
}

/**
 * The comments that a filter fits, newest first. It looks through a bounded number of texts; where that does not fill a
 * page, the next one goes on from there.
 */
export async function searchQueue(db: Db, filter: QueueFilter, before?: number): Promise<Found> {
  const candidates = await candidatesOf(db, filter);
  if (!candidates) return { items: [], next: undefined, lookedBackTo: undefined };
  const { ids, next } = await fittingIds(db, candidates, fitOf(filter), before);
  const rows = await commentsByIds(db, ids);
  const comments = await withContext(
    db,
    ids.flatMap((id) => rows.get(id) ?? []),
  );
  const page = lightEnough(comments, next);
  const last = page.next === undefined ? undefined : await commentById(db, page.next);
  return { ...page, lookedBackTo: last?.created_at };
}

/** Undefined where the person that is asked for gave no address. */
async function candidatesOf(
  db: Db,
  { state, article, person, cluster }: QueueFilter,
): Promise<Candidates | undefined> {
  if (person === undefined) return { state, article, cluster };
  const emailKey = (await commentById(db, person))?.email_key;
  return emailKey ? { state, article, cluster, emailKey } : undefined;
}

async function fittingIds(
  db: Db,
  candidates: Candidates,
  fits: ((comment: LookedAt) => boolean) | undefined,
  before: number | undefined,
): Promise<{ ids: number[]; next: number | undefined }> {
  let atOnce = fits ? LOOKED_AT_FIRST : QUEUE_LENGTH + 1;
  const ids: number[] = [];
  let from = before;
  for (let looked = 0; looked < MOST_LOOKED_AT; ) {
    const rows = await candidatesBefore(db, candidates, from, atOnce);
    ids.push(...(fits ? rows.filter(fits) : rows).map(({ id }) => id));
    looked += rows.length;
    from = rows.at(-1)?.id;
    if (ids.length > QUEUE_LENGTH) return { ids: ids.slice(0, QUEUE_LENGTH), next: ids[QUEUE_LENGTH - 1] };
    if (rows.length < atOnce) return { ids, next: undefined };
    atOnce = Math.min(2 * atOnce, MOST_LOOKED_AT - looked);
  }
  return { ids, next: from };
}

function lightEnough(comments: QueuedComment[], next: number | undefined): QueuePage<QueuedComment> {
  let bytes = 0;
  const fit = comments.findIndex((comment, place) => {
    bytes += weightOnPage(comment);
    return bytes > PAGE_BYTES && place > 0;
  });
  return fit === -1
    ? { items: comments, next }
    : { items: comments.slice(0, fit), next: comments[fit - 1]?.id };
}

/** A page of the comments of one cluster that are in a state, and all that are decided with it. */
export async function oneCluster(
  db: Db,
  state: CommentState,
  cluster: string,
  before?: number,
): Promise<(Cluster & { next: number | undefined }) | undefined> {
  const [count = 0] = (await clusterCounts(db, state, [cluster])).values();
  if (count === 0) return undefined;
  const read = await newestInCluster(db, state, cluster, MOST_DECIDED);
  const { items, next } = await searchQueue(db, { state, cluster }, before);
  return { cluster, count, comments: items, read, next };
}

/** Some of what the filter is sure of, for a look whether it is right. */
export async function discardSample(db: Db): Promise<QueuedComment[]> {
  return withContext(db, await sampleDiscarded(db, 5));
}
