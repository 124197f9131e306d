import type { CommentState } from '#db/schema.ts';
import type { Db } from '../../platform/db.ts';
import { type CommentEvent, type CommentRow, commentById, eventsOf } from '../comment-rows.ts';
import { discussionCounts } from '../discussion-rows.ts';
import {
  clustersIn,
  commentsIn,
  commentsInCluster,
  readInCluster,
  recordsOf,
  sampleDiscarded,
} from './queue-rows.ts';

/** Clusters, or comments, on a page of the desk. */
export const QUEUE_LENGTH = 25;
/** So many of a cluster are shown at once. */
const SHOWN = 3;
/** So many are shown where one cluster is looked at, and so many decided at once. */
const MOST = 200;
const MOST_DECIDED = 1000;

/** So much of its history is shown. */
const EVENTS = 20;

/** A comment as a moderator sees it. */
export interface QueuedComment extends CommentRow {
  /** What it answers. */
  above: CommentRow | undefined;
  isPinned: boolean;
  /** What its address has done here otherwise. */
  record: { published: number; spam: number };
  /** The last of what happened to it. */
  events: CommentEvent[];
}

/** Comments that are alike: decided together, or each by itself. */
export interface Cluster {
  cluster: string;
  count: number;
  comments: QueuedComment[];
  /** Those that a decision about all of them is about, as they were read: no newer one, that nobody has seen. */
  read: { id: number; revision: number }[];
}

/** A page of what is held or was taken for spam, by clusters; the one with the newest comment first. */
export async function queue(
  db: Db,
  state: CommentState,
  page: number,
): Promise<{ clusters: Cluster[]; hasMore: boolean }> {
  const rows = await clustersIn(db, state, { most: QUEUE_LENGTH + 1, skip: (page - 1) * QUEUE_LENGTH });
  const clusters = await Promise.all(
    rows.slice(0, QUEUE_LENGTH).map(async ({ cluster, count }) => ({
      cluster,
      count,
      comments: await commentsInCluster(db, state, cluster, SHOWN),
      read: count > 1 ? await readInCluster(db, state, cluster, MOST_DECIDED) : [],
    })),
  );
  const known = await withContext(
    db,
    clusters.flatMap(({ comments }) => comments),
  );
  return {
    clusters: clusters.map((cluster) => ({
      ...cluster,
      comments: cluster.comments.map(({ id }) => known.get(id) as QueuedComment),
    })),
    hasMore: rows.length > QUEUE_LENGTH,
  };
}

/** All comments of one cluster that are in a state. */
export async function oneCluster(db: Db, state: CommentState, cluster: string): Promise<Cluster | undefined> {
  const read = await readInCluster(db, state, cluster, MOST_DECIDED);
  const known = await withContext(db, await commentsInCluster(db, state, cluster, MOST));
  return read.length === 0 ? undefined : { cluster, count: read.length, comments: [...known.values()], read };
}

/** A page of the comments of a state, newest first. */
export async function commentList(
  db: Db,
  state: CommentState,
  page: number,
): Promise<{ comments: QueuedComment[]; hasMore: boolean }> {
  const rows = await commentsIn(db, state, { most: QUEUE_LENGTH + 1, skip: (page - 1) * QUEUE_LENGTH });
  const known = await withContext(db, rows.slice(0, QUEUE_LENGTH));
  return { comments: [...known.values()], hasMore: rows.length > QUEUE_LENGTH };
}

/** Some of what the filter is sure of, for a look whether it is right. */
export async function discardSample(db: Db): Promise<QueuedComment[]> {
  return [...(await withContext(db, await sampleDiscarded(db, 5))).values()];
}

async function withContext(db: Db, comments: readonly CommentRow[]): Promise<Map<number, QueuedComment>> {
  const records = await recordsOf(
    db,
    comments.map(({ email_key }) => email_key),
  );
  const queued = new Map<number, QueuedComment>();
  for (const comment of comments)
    queued.set(comment.id, {
      ...comment,
      above: comment.parent_id === null ? undefined : await commentById(db, comment.parent_id),
      isPinned:
        comment.state === 'published' &&
        (await discussionCounts(db, comment.article)).pinnedId === comment.id,
      record: records.get(comment.email_key) ?? { published: 0, spam: 0 },
      events: await eventsOf(db, comment.id, EVENTS),
    });
  return queued;
}
