import type { Db } from '../platform/db.ts';

/** What a subscriber did and agreed to, newest first. */
export async function subscriberEvents(db: Db, id: string, most: number) {
  return db
    .selectFrom('subscriber_event')
    .select(['at', 'kind', 'network', 'detail'])
    .where('subscriber_id', '=', id)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** The letters to a subscriber, newest first. */
export async function subscriberLetters(db: Db, id: string, most: number) {
  return db
    .selectFrom('delivery')
    .select([
      'kind',
      'edition_id',
      'recipient',
      'message_id',
      'state',
      'attempts',
      'reply',
      'created_at',
      'sent_at',
    ])
    .where('subscriber_id', '=', id)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** What came back of them, newest first. */
export async function subscriberBounces(db: Db, id: string, most: number) {
  return db
    .selectFrom('bounce')
    .select(['at', 'kind', 'edition_id', 'status', 'reason'])
    .where('subscriber_id', '=', id)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}
