import type { Db } from '../platform/db.ts';

/** Subscribers with the newest evidence of their consent, in the order of their ids. */
export async function subscribersWithConsent(db: Db, after: string, most: number) {
  return withConsent(db).where('s.id', '>', after).orderBy('s.id').limit(most).execute();
}

/** The same of some. */
export async function consentOfSubscribers(db: Db, ids: readonly string[]) {
  return withConsent(db).where('s.id', 'in', ids).execute();
}

function withConsent(db: Db) {
  return db
    .selectFrom('subscriber as s')
    .leftJoin('subscriber_event as e', (join) =>
      join.on('e.id', '=', (q) =>
        q
          .selectFrom('subscriber_event as newest')
          .select((n) => n.fn.max('newest.id').as('id'))
          .whereRef('newest.subscriber_id', '=', 's.id')
          .where('newest.kind', 'in', ['signed-up', 'imported', 'added']),
      ),
    )
    .leftJoin('subscriber_event as c', (join) =>
      join.on('c.id', '=', (q) =>
        q
          .selectFrom('subscriber_event as newest')
          .select((n) => n.fn.max('newest.id').as('id'))
          .whereRef('newest.subscriber_id', '=', 's.id')
          .where('newest.kind', 'in', ['confirmed', 'imported', 'added']),
      ),
    )
    .select(['s.id', 's.email', 's.state', 's.cadence', 's.topics', 's.alerts', 's.phrase'])
    .select(['s.created_at', 's.confirmed_at', 's.ended_at'])
    .select([
      'e.at as agreed_at',
      'e.network as agreed_from',
      'e.detail as words',
      'c.network as confirmed_from',
    ]);
}
