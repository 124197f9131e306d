import type { PolicyReportTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { ReportKind } from './policy-report.ts';

export type { PolicyReportTable };

/** How often one kind was reported, and when last (UTC text). */
export interface CountedKind extends ReportKind {
  count: number;
  at: string;
}

/** Adds to a kind that is known; false where it is not. */
export async function addToKind(trx: Trx, { count, at, ...kind }: CountedKind): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('policy_report')
    .set((e) => ({ count: e('count', '+', count), last_at: at }))
    .where('source', '=', kind.source)
    .where('directive', '=', kind.directive)
    .where('blocked', '=', kind.blocked)
    .where('page', '=', kind.page)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Another process may have written it down meanwhile: then its count grows. */
export async function insertKind(trx: Trx, { at, ...kind }: CountedKind): Promise<void> {
  await trx
    .insertInto('policy_report')
    .values({ ...kind, first_at: at, last_at: at })
    .onConflict((conflict) =>
      conflict.columns(['source', 'directive', 'blocked', 'page']).doUpdateSet((e) => ({
        count: e('policy_report.count', '+', e.ref('excluded.count')),
        last_at: e.ref('excluded.last_at'),
      })),
    )
    .execute();
}

export async function kindCount(db: Db | Trx, source: ReportKind['source']): Promise<number> {
  const { count } = await db
    .selectFrom('policy_report')
    .select((e) => e.fn.countAll().as('count'))
    .where('source', '=', source)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The kinds of one source, the most frequent first. */
export async function topKinds(
  db: Db,
  source: ReportKind['source'],
  most: number,
): Promise<PolicyReportTable[]> {
  return db
    .selectFrom('policy_report')
    .selectAll()
    .where('source', '=', source)
    .orderBy('count', 'desc')
    .orderBy('last_at', 'desc')
    .orderBy('directive')
    .orderBy('blocked')
    .orderBy('page')
    .limit(most)
    .execute();
}

/** Those last reported before a time, or all. */
export async function deleteKinds(db: Db | Trx, before?: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('policy_report')
    .$if(before !== undefined, (query) => query.where('last_at', '<', before ?? ''))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
