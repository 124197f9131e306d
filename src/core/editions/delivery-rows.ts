import { type SelectQueryBuilder, sql } from 'kysely';
import type { Schema } from '#db/schema.ts';
import type { Trx } from '../platform/db.ts';
import type { Edition } from './edition.ts';

/** Subscribers, each with the variant that they get. */
export type Readers = SelectQueryBuilder<Schema, 'subscriber' | 'edition_variant', object>;

/** A row in the outbox for each reader of an edition, in one statement; how many they are. */
export async function insertDeliveries(
  trx: Trx,
  { id, kind }: Pick<Edition, 'id' | 'kind'>,
  readers: Readers,
  { host, now }: { host: string; now: string },
): Promise<number> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('delivery')
    .columns([...COLUMNS])
    .expression(
      readers
        .select((e) => [
          e.val(kind).as('kind'),
          e.val(id).as('edition_id'),
          'edition_variant.id as variant_id',
          'subscriber.id as subscriber_id',
          'email as recipient',
          'subscriber.domain',
          sql<string>`${id} || '.' || subscriber.id || '@' || ${host}`.as('message_id'),
          e.val('queued').as('state'),
          e.val(now).as('due_at'),
          e.val(now).as('created_at'),
        ])
        // As they are claimed: what is sent together lies together, and a page is written once for many letters.
        .orderBy('subscriber.domain')
        .orderBy('subscriber.id'),
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

const COLUMNS = [
  ...(['kind', 'edition_id', 'variant_id', 'subscriber_id', 'recipient', 'domain', 'message_id'] as const),
  ...(['state', 'due_at', 'created_at'] as const),
] as const;
