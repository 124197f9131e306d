import type { DeliveryState } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';

export type DeliveryCounts = Partial<Record<DeliveryState, number>>;

/** How the letters of each of these editions stand. */
export async function countsOf(
  db: Db | Trx,
  editions: readonly string[],
): Promise<Map<string, DeliveryCounts>> {
  if (editions.length === 0) return new Map();
  const rows = await db
    .selectFrom('delivery')
    .select(['edition_id', 'state', (e) => e.fn.countAll<number>().as('count')])
    .where('edition_id', 'in', editions)
    .groupBy(['edition_id', 'state'])
    .execute();
  const counts = new Map<string, DeliveryCounts>(editions.map((id) => [id, {}]));
  for (const { edition_id, state, count } of rows)
    Object.assign(counts.get(edition_id ?? '') ?? {}, { [state]: count });
  return counts;
}

export async function countsByDomain(
  db: Db,
  edition: string,
): Promise<{ domain: string; state: DeliveryState; count: number }[]> {
  return db
    .selectFrom('delivery')
    .select(['domain', 'state', (e) => e.fn.countAll<number>().as('count')])
    .where('edition_id', '=', edition)
    .groupBy(['domain', 'state'])
    .execute();
}

/** What relays said to letters that they refused for good, the most frequent first. */
export async function refusals(
  db: Db,
  edition: string,
  most: number,
): Promise<{ reply: string; count: number }[]> {
  const rows = await db
    .selectFrom('delivery')
    .select(['reply', (e) => e.fn.countAll<number>().as('count')])
    .where('edition_id', '=', edition)
    .where('state', '=', 'bounced')
    .groupBy('reply')
    .orderBy('count', 'desc')
    .orderBy('reply')
    .limit(most)
    .execute();
  return rows.map(({ reply, count }) => ({ reply: reply ?? '', count }));
}

/** What came back later, by its kind and reason. */
export async function returned(
  db: Db,
  edition: string,
  most: number,
): Promise<{ kind: string; status: string; reason: string; count: number }[]> {
  return db
    .selectFrom('bounce')
    .select(['kind', 'status', 'reason', (e) => e.fn.countAll<number>().as('count')])
    .where('edition_id', '=', edition)
    .groupBy(['kind', 'status', 'reason'])
    .orderBy('count', 'desc')
    .orderBy('reason')
    .limit(most)
    .execute();
}

/** One letter of an edition. */
export interface DeliveryLine {
  id: number;
  recipient: string;
  domain: string;
  state: DeliveryState;
  attempts: number;
  reply: string | null;
  message_id: string;
  variant_id: number | null;
  due_at: string;
  sent_at: string | null;
}

/** Letters after one of them, in the order of their rows. */
export async function deliveryLines(
  db: Db,
  { edition, state, after, most }: { edition: string; state?: DeliveryState; after: number; most: number },
): Promise<DeliveryLine[]> {
  return db
    .selectFrom('delivery')
    .select(['id', 'recipient', 'domain', 'state', 'attempts', 'reply', 'message_id', 'variant_id'])
    .select(['due_at', 'sent_at'])
    .where('edition_id', '=', edition)
    .where('id', '>', after)
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'queued'))
    .orderBy('id')
    .limit(most)
    .execute();
}

export async function variantStories(db: Db, edition: string): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom('edition_variant')
    .select(['id', 'stories'])
    .where('edition_id', '=', edition)
    .execute();
  return new Map(rows.map(({ id, stories }) => [id, JSON.parse(stories) as string[]]));
}
