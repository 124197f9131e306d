import type { CommentState } from '#db/schema.ts';
import type { Db } from '../../platform/db.ts';
import type { CommentRow } from '../comment-rows.ts';

/** What an address has done here: comments by where they are now, and since when it is known. */
export interface PersonRecord {
  counts: Partial<Record<CommentState, number>>;
  /** UTC text. */
  firstSeen: string;
}

/** The records of some addresses; those who gave none have none. */
export async function recordsOf(db: Db, emailKeys: readonly string[]): Promise<Map<string, PersonRecord>> {
  const records = new Map<string, PersonRecord>();
  const keys = [...new Set(emailKeys)].filter((key) => key !== '');
  if (keys.length === 0) return records;
  const rows = await db
    .selectFrom('comment')
    .select([
      'email_key',
      'state',
      (e) => e.fn.countAll<number>().as('count'),
      (e) => e.fn.min('created_at').as('first'),
    ])
    .where('email_key', 'in', keys)
    .groupBy(['email_key', 'state'])
    .execute();
  for (const { email_key, state, count, first } of rows) {
    const record = records.get(email_key) ?? { counts: {}, firstSeen: first };
    record.counts[state] = Number(count);
    if (first < record.firstSeen) record.firstSeen = first;
    records.set(email_key, record);
  }
  return records;
}

/** The newest other comments of an address. */
export async function othersOf(
  db: Db,
  { id, email_key }: Pick<CommentRow, 'id' | 'email_key'>,
  most: number,
): Promise<CommentRow[]> {
  if (email_key === '') return [];
  return db
    .selectFrom('comment')
    .selectAll()
    .where('email_key', '=', email_key)
    .where('id', '<>', id)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}
