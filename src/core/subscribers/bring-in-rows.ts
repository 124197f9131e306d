import type { Insertable } from 'kysely';
import type { Schema, SubscriberTable, SuppressionTable } from '#db/schema.ts';
import type { Trx } from '../platform/db.ts';
import { askForMany, insertMany } from '../platform/prepared.ts';
import type { Subscriber } from './subscriber-rows.ts';

export async function subscribersByKeys(trx: Trx, keys: readonly string[]): Promise<Subscriber[]> {
  return askForMany(trx, keys, (some) =>
    trx.selectFrom('subscriber').selectAll().where('email_key', 'in', some),
  );
}

/** Which of some subscribers have confirmed here themselves, ever. */
export async function selfConfirmed(trx: Trx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await askForMany(trx, ids, (some) =>
    trx
      .selectFrom('subscriber_event')
      .select('subscriber_id')
      .where('subscriber_id', 'in', some)
      .where('kind', '=', 'confirmed'),
  );
  return new Set(rows.map(({ subscriber_id }) => subscriber_id));
}

export async function suppressedHashes(trx: Trx, hashes: readonly string[]): Promise<Set<string>> {
  const rows = await askForMany(trx, hashes, (some) =>
    trx.selectFrom('suppression').select('hash').where('hash', 'in', some),
  );
  return new Set(rows.map(({ hash }) => hash));
}

/** @returns the ids of those who were not there yet */
export async function insertSubscribers(
  trx: Trx,
  rows: readonly Insertable<SubscriberTable>[],
): Promise<Set<string>> {
  const inserted = await insertMany(trx, rows, (some) =>
    trx
      .insertInto('subscriber')
      .values(some)
      .onConflict((conflict) => conflict.column('email_key').doNothing())
      .returning('id'),
  );
  return new Set(inserted.map(({ id }) => id));
}

export async function insertSubscriberEvents(
  trx: Trx,
  events: readonly Insertable<Schema['subscriber_event']>[],
): Promise<void> {
  await insertMany(trx, events, (some) => trx.insertInto('subscriber_event').values(some));
}

/** @returns the hashes of those that were not there yet; the others stay as they are */
export async function insertSuppressions(
  trx: Trx,
  rows: readonly Insertable<SuppressionTable>[],
): Promise<Set<string>> {
  const inserted = await insertMany(trx, rows, (some) =>
    trx
      .insertInto('suppression')
      .values(some)
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .returning('hash'),
  );
  return new Set(inserted.map(({ hash }) => hash));
}
