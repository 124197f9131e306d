import type { EditionState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';

export interface RunningEdition {
  id: string;
  title: string;
  state: EditionState;
  reason: string;
}

/** Editions that are being sent, are paused, or ended since a time; in the order in which they started. */
export async function runningEditions(db: Db, since: string): Promise<RunningEdition[]> {
  const rows = await db
    .selectFrom('edition')
    .select(['id', 'title', 'state', 'reason', 'number'])
    .where((w) => w.or([w('state', 'in', ['sending', 'paused']), w('ended_at', '>=', since)]))
    .execute();
  // Those without a number never started; in SQL, SQLite would look for them along all that did.
  return rows
    .flatMap(({ number, ...edition }) => (number === null ? [] : [{ number, edition }]))
    .sort((a, b) => a.number - b.number)
    .map(({ edition }) => edition);
}

/** What was said last to a letter of an edition that a domain put off, and when that letter is tried again. */
export async function lastDeferral(
  db: Db,
  edition: string,
  domain: string,
): Promise<{ reply: string | null; due_at: string } | undefined> {
  return db
    .selectFrom('delivery')
    .select(['reply', 'due_at'])
    .where('edition_id', '=', edition)
    .where('state', '=', 'deferred')
    .where('domain', '=', domain)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
