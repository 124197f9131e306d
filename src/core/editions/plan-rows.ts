import type { Db, Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import type { KeptPlan, Plan } from './plan.ts';

/** The plan for the next digest of a cadence; undefined where there is none. */
export async function planOf(db: Db | Trx, cadence: Cadence): Promise<KeptPlan | undefined> {
  const row = await db
    .selectFrom('edition_plan')
    .select(['introduction', 'lead', 'in_order', 'omitted', 'due_at', 'updated_at'])
    .where('cadence', '=', cadence)
    .executeTakeFirst();
  return (
    row && {
      introduction: row.introduction,
      lead: row.lead ?? undefined,
      order: JSON.parse(row.in_order) as string[],
      omitted: JSON.parse(row.omitted) as string[],
      dueAt: row.due_at ?? undefined,
      savedAt: row.updated_at,
    }
  );
}

export async function writePlan(db: Db | Trx, cadence: Cadence, plan: Plan, now: string): Promise<void> {
  const row = {
    introduction: plan.introduction,
    lead: plan.lead ?? null,
    in_order: JSON.stringify(plan.order),
    omitted: JSON.stringify(plan.omitted),
    due_at: plan.dueAt ?? null,
    updated_at: now,
  };
  await db
    .insertInto('edition_plan')
    .values({ cadence, ...row })
    .onConflict((conflict) => conflict.column('cadence').doUpdateSet(row))
    .execute();
}

/** The time that an editor chose is over; false where somebody else has seen that already. */
export async function clearPlanTime(trx: Trx, cadence: Cadence, dueAt: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('edition_plan')
    .set({ due_at: null })
    .where('cadence', '=', cadence)
    .where('due_at', '=', dueAt)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Used up, or not wanted any more. */
export async function deletePlan(db: Db | Trx, cadence: Cadence): Promise<void> {
  await db.deleteFrom('edition_plan').where('cadence', '=', cadence).execute();
}
