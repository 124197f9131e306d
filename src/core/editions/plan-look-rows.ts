import type { Selectable } from 'kysely';
import type { PlanLookTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

export async function insertLook(trx: Trx, look: Selectable<PlanLookTable>): Promise<void> {
  await trx.insertInto('plan_look').values(look).execute();
}

export async function deleteLooksBefore(trx: Trx, at: string): Promise<void> {
  await trx.deleteFrom('plan_look').where('created_at', '<', at).execute();
}

export async function lookByKey(
  db: Db | Trx,
  cadence: Cadence,
  key: string,
): Promise<Pick<Selectable<PlanLookTable>, 'plan' | 'version'> | undefined> {
  return db
    .selectFrom('plan_look')
    .select(['plan', 'version'])
    .where('key', '=', key)
    .where('cadence', '=', cadence)
    .executeTakeFirst();
}
