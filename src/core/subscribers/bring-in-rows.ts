import type { Insertable } from 'kysely';
import type { Schema, SubscriberTable, SuppressionTable } from '#db/schema.ts';
import type { Trx } from '../platform/db.ts';
import type { Subscriber } from './subscriber-rows.ts';

/** So many rows a statement: more are hardly faster, and each length is a statement that is kept prepared. */
const CHUNK = 100;

export async function subscribersByKeys(trx: Trx, keys: readonly string[]): Promise<Subscriber[]> {
  const found: Subscriber[] = [];
  for (const some of chunks(keys))
    found.push(...(await trx.selectFrom('subscriber').selectAll().where('email_key', 'in', some).execute()));
  return found;
}

/** Which of some subscribers have confirmed here themselves, ever. */
export async function selfConfirmed(trx: Trx, ids: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const some of chunks(ids)) {
    const rows = await trx
      .selectFrom('subscriber_event')
      .select('subscriber_id')
      .where('subscriber_id', 'in', some)
      .where('kind', '=', 'confirmed')
      .execute();
    for (const { subscriber_id } of rows) found.add(subscriber_id);
  }
  return found;
}

export async function suppressedHashes(trx: Trx, hashes: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const some of chunks(hashes)) {
    const rows = await trx.selectFrom('suppression').select('hash').where('hash', 'in', some).execute();
    for (const { hash } of rows) found.add(hash);
  }
  return found;
}

/** @returns the ids of those who were not there yet */
export async function insertSubscribers(
  trx: Trx,
  rows: readonly Insertable<SubscriberTable>[],
): Promise<Set<string>> {
  const inserted = new Set<string>();
  for (const some of chunks(rows)) {
    const ids = await trx
      .insertInto('subscriber')
      .values(some)
      .onConflict((conflict) => conflict.column('email_key').doNothing())
      .returning('id')
      .execute();
    for (const { id } of ids) inserted.add(id);
  }
  return inserted;
}

export async function insertSubscriberEvents(
  trx: Trx,
  events: readonly Insertable<Schema['subscriber_event']>[],
): Promise<void> {
  for (const some of chunks(events)) await trx.insertInto('subscriber_event').values(some).execute();
}

/** @returns the hashes of those that were not there yet; the others stay as they are */
export async function insertSuppressions(
  trx: Trx,
  rows: readonly Insertable<SuppressionTable>[],
): Promise<Set<string>> {
  const inserted = new Set<string>();
  for (const some of chunks(rows)) {
    const hashes = await trx
      .insertInto('suppression')
      .values(some)
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .returning('hash')
      .execute();
    for (const { hash } of hashes) inserted.add(hash);
  }
  return inserted;
}

function chunks<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / CHUNK);
  return Array.from({ length: count }, (_, place) => items.slice(place * CHUNK, (place + 1) * CHUNK));
}
