import type { CommentState, EditionState } from '#db/schema.ts';
import { rolesFor } from '../desk/roles.ts';
import type { Db } from '../platform/db.ts';

export interface Queue {
  /** Counted no further than one more than was asked for. */
  count: number;
  /** When the first of them was saved, in UTC text. */
  oldest: string | undefined;
}

/** How many comments are in a state, and since when the oldest. */
export async function commentsIn(db: Db, state: CommentState, most: number): Promise<Queue> {
  const some = db
    .selectFrom('comment')
    .select(['id'])
    .where('state', '=', state)
    .limit(most + 1);
  const { count } = await db
    .selectFrom(some.as('some'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count === 0) return { count, oldest: undefined };
  const oldest = await db
    .selectFrom('comment')
    .select('created_at')
    .where('state', '=', state)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return { count, oldest: oldest?.created_at };
}

export interface EditionToDecide {
  id: string;
  title: string;
  state: EditionState;
  reason: string;
}

/** Editions that wait for a person's word, in the order in which they were made. */
export async function editionsToDecide(db: Db): Promise<EditionToDecide[]> {
  return db
    .selectFrom('edition')
    .select(['id', 'title', 'state', 'reason'])
    .where('state', 'in', ['waiting', 'paused'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/**
 * Editions with letters of which nobody knows whether they arrived. Asked edition by edition: each is one look at an
 * index, where a list of all that is uncertain would read every letter that was ever sent.
 */
export async function uncertainEditions(db: Db): Promise<{ id: string; title: string; count: number }[]> {
  const rows = await db
    .selectFrom('edition')
    .select((e) => [
      'edition.id',
      'edition.title',
      e
        .selectFrom('delivery')
        .select((s) => s.fn.countAll<number>().as('count'))
        .whereRef('delivery.edition_id', '=', 'edition.id')
        .where('delivery.state', '=', 'uncertain')
        .as('count'),
    ])
    .where('edition.number', 'is not', null)
    .orderBy('edition.number', 'desc')
    .execute();
  return rows.flatMap(({ id, title, count }) => (count ? [{ id, title, count }] : []));
}

/** How many letters of no edition (confirmations, notices) wait to be sent, up to one more than was asked for. */
export async function singlesWaiting(db: Db, most: number): Promise<number> {
  const some = db
    .selectFrom('delivery')
    .select('id')
    .where('edition_id', 'is', null)
    .where('state', 'in', ['queued', 'deferred'])
    .limit(most + 1);
  const { count } = await db
    .selectFrom(some.as('some'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Editions that go out by themselves at a time of their own. */
export async function scheduledEditions(db: Db): Promise<{ id: string; title: string; at: string }[]> {
  const rows = await db
    .selectFrom('edition')
    .select(['id', 'title', 'due_at'])
    .where('state', '=', 'scheduled')
    .orderBy('due_at')
    .execute();
  return rows.flatMap(({ id, title, due_at }) => (due_at === null ? [] : [{ id, title, at: due_at }]));
}

/** Which of these sessions (by their hashes) still stand, with somebody who may look; to look is no use of them. */
export async function standingSessions(
  db: Db,
  hashes: readonly string[],
  { now, usedSince }: { now: string; usedSince: string },
): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await db
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person_id')
    .select('hash')
    .where('role', 'in', rolesFor('editions'))
    .where('removed_at', 'is', null)
    .where('hash', 'in', hashes)
    .where('expires_at', '>', now)
    .where('seen_at', '>', usedSince)
    .execute();
  return new Set(rows.map(({ hash }) => hash));
}

/** Whether anybody reads the letters. */
export async function hasReader(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('subscriber')
    .select('id')
    .where('state', '=', 'confirmed')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
