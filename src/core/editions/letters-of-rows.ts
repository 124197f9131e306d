import { sql } from 'kysely';
import type { DeliveryState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import { REASON_LENGTH } from './refusal-reason.ts';

/** One letter of an edition, and whose it was. */
export interface LetterOf {
  id: number;
  domain: string;
  recipient: string;
  subscriber_id: string | null;
  reply: string | null;
}

/** A place among the letters of an edition. */
export interface Place {
  domain: string;
  id: number;
}

/** Letters of an edition in one state, in the order of the index `delivery_state`. */
export async function lettersIn(
  db: Db,
  wanted: {
    edition: string;
    state: DeliveryState;
    domain?: string | undefined;
    after?: Place | undefined;
    most: number;
  },
): Promise<LetterOf[]> {
  const { edition, state, domain, after, most } = wanted;
  return db
    .selectFrom('delivery')
    .select(['id', 'domain', 'recipient', 'subscriber_id', 'reply'])
    .where('edition_id', '=', edition)
    .where('state', '=', state)
    .$if(domain !== undefined, (query) => query.where('domain', '=', domain ?? ''))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(domain, id) > (${after?.domain}, ${after?.id})`),
    )
    .orderBy('domain')
    .orderBy('id')
    .limit(most)
    .execute();
}

/** How the replies to refused letters begin, and how many begin so. */
export async function refusedReplies(db: Db, edition: string): Promise<{ reply: string; count: number }[]> {
  const rows = await db
    .selectFrom((e) =>
      e
        .selectFrom('delivery')
        .select(['reply', sql<string>`substr(coalesce(reply, ''), 1, ${REASON_LENGTH})`.as('start')])
        .where('edition_id', '=', edition)
        .where('state', '=', 'bounced')
        .as('refused'),
    )
    .select(['start', (e) => e.fn.min('reply').as('reply'), (e) => e.fn.countAll<number>().as('count')])
    .groupBy('start')
    .execute();
  return rows.map(({ reply, count }) => ({ reply: reply ?? '', count }));
}
