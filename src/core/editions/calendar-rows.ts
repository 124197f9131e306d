import { sql } from 'kysely';
import type { EditionKind, EditionState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

/** An edition as a calendar or list names it. */
export interface DatedEdition {
  id: string;
  kind: EditionKind;
  cadence: Cadence | null;
  title: string;
  state: EditionState;
  /** When it started; else when it is due, or was made (UTC text). */
  at: string;
}

/** The same words as in the index `edition_when`, without which it is not used. */
const WHEN = sql<string>`coalesce(started_at, due_at, created_at)`;

/** Editions of a time, the first first; at most so many. */
export async function editionsBetween(
  db: Db,
  { from, until, most }: { from: string; until: string; most: number },
): Promise<DatedEdition[]> {
  return db
    .selectFrom('edition')
    .select(['id', 'kind', 'cadence', 'title', 'state', WHEN.as('at')])
    .where(WHEN, '>=', from)
    .where(WHEN, '<', until)
    .orderBy(WHEN)
    .orderBy('id')
    .limit(most)
    .execute();
}

/** Those that have ended, the last first. @param before behind which one (its time and id); none: from the last */
export async function endedEditions(
  db: Db,
  { before, most }: { before: { at: string; id: string } | undefined; most: number },
): Promise<DatedEdition[]> {
  return (
    db
      .selectFrom('edition')
      .select(['id', 'kind', 'cadence', 'title', 'state', WHEN.as('at')])
      // Told by what they are not: else SQLite would take the index of states, and sort all that have ended.
      .where('state', 'not in', ['waiting', 'scheduled', 'sending', 'paused'])
      .$if(before !== undefined, (query) =>
        query.where(sql<boolean>`(${WHEN}, id) < (${before?.at}, ${before?.id})`),
      )
      .orderBy(WHEN, 'desc')
      .orderBy('id', 'desc')
      .limit(most)
      .execute()
  );
}

/** When the edition next to a time went out: the last before it, or the first from it on. */
export async function editionBeside(
  db: Db,
  time: string,
  side: 'before' | 'after',
): Promise<string | undefined> {
  const row = await db
    .selectFrom('edition')
    .select(WHEN.as('at'))
    .where(WHEN, side === 'before' ? '<' : '>=', time)
    .orderBy(WHEN, side === 'before' ? 'desc' : 'asc')
    .limit(1)
    .executeTakeFirst();
  return row?.at;
}

/** Which of these letters of files an edition was made of, in whatever state. */
export async function lettersMade(db: Db, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await db
    .selectFrom('edition')
    .select('subject')
    .where('kind', '=', 'letter')
    .where('subject', 'in', names)
    .execute();
  return new Set(rows.map(({ subject }) => subject ?? ''));
}
