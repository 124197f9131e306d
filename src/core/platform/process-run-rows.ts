import type { ProcessRunTable } from '#db/schema.ts';
import type { Db, Trx } from './db.ts';

export type { ProcessRunTable };

export async function insertRun(db: Db, run: ProcessRunTable): Promise<void> {
  await db.insertInto('process_run').values(run).execute();
}

/** That it still runs; also where another took it for gone meanwhile, as after the machine has slept. */
export async function markSeen(db: Db, id: string, now: string): Promise<void> {
  await db
    .updateTable('process_run')
    .set({ seen_at: now, ended_at: null, ending: null })
    .where('id', '=', id)
    .execute();
}

/** False where it is known already how it ended, or nothing is known of it. An error explains what ended unseen. */
export async function markEnded(
  db: Db,
  id: string,
  ended: { at: string; ending: NonNullable<ProcessRunTable['ending']>; error?: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('process_run')
    .set({ ended_at: ended.at, ending: ended.ending, error: ended.error ?? null })
    .where('id', '=', id)
    .where((w) =>
      w.or([
        w('ending', 'is', null),
        ...(ended.ending === 'error' ? [w('ending', '=', 'unseen' as const)] : []),
      ]),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Those that run, or of whose end nothing is known. */
export async function openRuns(db: Db): Promise<ProcessRunTable[]> {
  return db.selectFrom('process_run').selectAll().where('ending', 'is', null).limit(1000).execute();
}

/** Forgets those of whose end nothing is known: in a copy of the database they are none of ours. */
export async function deleteOpenRuns(trx: Trx): Promise<void> {
  await trx.deleteFrom('process_run').where('ending', 'is', null).execute();
}

/** Those that ended otherwise than they should, the last first. */
export async function brokenRuns(db: Db, most: number): Promise<ProcessRunTable[]> {
  return db
    .selectFrom('process_run')
    .selectAll()
    .where('ending', 'in', ['error', 'unseen'])
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(most)
    .execute();
}

/** How many of those nobody has acknowledged. */
export async function unacknowledgedRuns(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('process_run')
    .select((e) => e.fn.countAll().as('count'))
    .where('ending', 'in', ['error', 'unseen'])
    .where('acknowledged_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** One of those, or all; how many there were. */
export async function markAcknowledged(trx: Trx, id: string | 'all', now: string): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('process_run')
    .set({ acknowledged_at: now })
    .$if(id !== 'all', (query) => query.where('id', '=', id))
    .where('ending', 'in', ['error', 'unseen'])
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Those that ended before a time, and all that ended beyond so many newer ones. */
export async function deleteRuns(db: Db, endedBefore: string, most: number): Promise<void> {
  const tooOld = await db
    .selectFrom('process_run')
    .select('started_at')
    .orderBy('started_at', 'desc')
    .offset(most)
    .limit(1)
    .executeTakeFirst();
  await db
    .deleteFrom('process_run')
    .where('ended_at', 'is not', null)
    .where((w) =>
      w.or([w('ended_at', '<', endedBefore), ...(tooOld ? [w('started_at', '<=', tooOld.started_at)] : [])]),
    )
    .execute();
}
