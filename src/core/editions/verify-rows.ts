import type { Db } from '../platform/db.ts';
import type { Variant } from './edition.ts';

export type SentRow = NonNullable<Awaited<ReturnType<typeof deliveryByMessageId>>>;

/** The letter of a Message-ID, without brackets. */
export async function deliveryByMessageId(db: Db, messageId: string) {
  return db
    .selectFrom('delivery')
    .select(['id', 'kind', 'edition_id', 'variant_id', 'subscriber_id', 'recipient', 'state', 'sent_at'])
    .where('message_id', '=', messageId)
    .executeTakeFirst();
}

/** All that an edition says to anybody, in the order in which it was made. */
export async function variantsOf(db: Db, edition: string): Promise<Variant[]> {
  const rows = await db
    .selectFrom('edition_variant')
    .selectAll()
    .where('edition_id', '=', edition)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, stories: JSON.parse(row.stories) as string[] }));
}
