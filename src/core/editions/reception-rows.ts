import type { Db, Trx } from '../platform/db.ts';

/** How an edition's letters were received so far. */
export interface Reception {
  tried: number;
  bounces: number;
  complaints: number;
}

export async function receptionOf(db: Db | Trx, edition: string): Promise<Reception> {
  const refused = db
    .selectFrom('delivery')
    .select('subscriber_id')
    .where('edition_id', '=', edition)
    .where('state', '=', 'bounced');
  const cameBack = (kind: 'hard' | 'complaint') =>
    db
      .selectFrom('bounce')
      .select('subscriber_id')
      .where('edition_id', '=', edition)
      .where('kind', '=', kind);
  const { tried, bounces, complaints } = await db
    .selectNoFrom((e) => [
      e
        .selectFrom('delivery')
        .select((s) => s.fn.countAll<number>().as('count'))
        .where('edition_id', '=', edition)
        .where('state', 'in', ['sent', 'bounced'])
        .as('tried'),
      e
        .selectFrom(refused.union(cameBack('hard')).as('back')) // one reader counts once
        .select((s) => s.fn.countAll<number>().as('count'))
        .as('bounces'),
      e
        .selectFrom(cameBack('complaint').distinct().as('complaint'))
        .select((s) => s.fn.countAll<number>().as('count'))
        .as('complaints'),
    ])
    .executeTakeFirstOrThrow();
  return { tried: tried ?? 0, bounces: bounces ?? 0, complaints: complaints ?? 0 };
}
