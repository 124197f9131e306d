import type { Db } from '../platform/db.ts';

/** Behind which entry of a source to go on: before a time, or at it with a smaller number. */
export interface Behind {
  at: string;
  /** Of the entry at that time; 0: none at it any more, infinite: all at it. */
  id: number;
}

/** What a subscriber did and agreed to, and what was done for them; newest first. */
export async function eventsBehind(db: Db, subscriber: string, { at, id }: Behind, most: number) {
  return db
    .selectFrom('subscriber_event')
    .select(['id', 'at', 'kind', 'network', 'detail'])
    .where('subscriber_id', '=', subscriber)
    .where((w) => w.or([w('at', '<', at), w.and([w('at', '=', at), w('id', '<', id)])]))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** Letters, by when they were made. */
export async function lettersBehind(db: Db, subscriber: string, { at, id }: Behind, most: number) {
  return db
    .selectFrom('delivery')
    .select(['id', 'created_at as at', 'kind', 'edition_id', 'message_id', 'state'])
    .select(['attempts', 'reply', 'sent_at', 'due_at'])
    .where('subscriber_id', '=', subscriber)
    .where((w) => w.or([w('created_at', '<', at), w.and([w('created_at', '=', at), w('id', '<', id)])]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

export async function bouncesBehind(db: Db, subscriber: string, { at, id }: Behind, most: number) {
  return db
    .selectFrom('bounce')
    .select(['id', 'at', 'kind', 'edition_id', 'status', 'reason'])
    .where('subscriber_id', '=', subscriber)
    .where((w) => w.or([w('at', '<', at), w.and([w('at', '=', at), w('id', '<', id)])]))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
}

/** The newest event of some kinds. */
export async function newestEvent(db: Db, subscriber: string, kinds: readonly string[]) {
  return db
    .selectFrom('subscriber_event')
    .select(['at', 'kind', 'network', 'detail'])
    .where('subscriber_id', '=', subscriber)
    .where('kind', 'in', kinds)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
