import { type ExpressionBuilder, sql } from 'kysely';
import type { Schema } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { type LastDigests, toldUpTo } from '../subscribers/told-rows.ts';
import type { Readers } from './delivery-rows.ts';
import type { Variant } from './edition.ts';

/** What tells readers of a digest apart: what they chose, what they were told of, and what they had besides. */
export interface Telling {
  cadence: Cadence;
  last: LastDigests;
  /** Editions (their ids) that told some of them of stories besides; see `besides`. */
  besides: readonly string[];
}

/** The story up to which the reader of a cadence who was told least has been told. */
export async function leastTold(
  db: Db | Trx,
  { cadence, last }: Pick<Telling, 'cadence' | 'last'>,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('subscriber')
    .select((e) => e.fn.min<number | null>(toldUpTo(e, last)).as('told'))
    .where('state', '=', 'confirmed')
    .where('cadence', '=', cadence)
    .executeTakeFirst();
  return row?.told ?? undefined;
}

/** How many confirmed readers of a cadence stand at the same point. */
export async function audiences(
  db: Db | Trx,
  { cadence, last, besides }: Telling,
): Promise<Pick<Variant, 'topics' | 'since' | 'alerted' | 'readers'>[]> {
  return db
    .selectFrom('subscriber')
    .select((e) => [
      'topics',
      toldUpTo(e, last).as('since'),
      hadBesides(e, besides).as('alerted'),
      e.fn.countAll<number>().as('readers'),
    ])
    .where('state', '=', 'confirmed')
    .where('cadence', '=', cadence)
    .groupBy(['topics', 'since', 'alerted'])
    .orderBy('topics')
    .orderBy('since')
    .execute();
}

export async function insertVariant(trx: Trx, edition: string, variant: Variant): Promise<number> {
  const { id } = await trx
    .insertInto('edition_variant')
    .values({ ...variant, edition_id: edition, stories: JSON.stringify(variant.stories) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function variantById(db: Db | Trx, id: number): Promise<Variant | undefined> {
  const row = await db.selectFrom('edition_variant').selectAll().where('id', '=', id).executeTakeFirst();
  return row && { ...row, stories: JSON.parse(row.stories) as string[] };
}

/** The readers of a digest who have a variant of it. */
export function digestReaders(trx: Trx, edition: string, { cadence, last, besides }: Telling): Readers {
  return trx
    .selectFrom('subscriber')
    .innerJoin('edition_variant', (join) =>
      join
        .on('edition_variant.edition_id', '=', edition)
        .onRef('edition_variant.topics', '=', 'subscriber.topics')
        .on((on) => on('edition_variant.since', '=', toldUpTo(on, last)))
        .on((on) => on('edition_variant.alerted', '=', hadBesides(on, besides))),
    )
    .where('state', '=', 'confirmed')
    .where('cadence', '=', cadence);
}

/** Which variants of these editions a subscriber of a query has had, as an edition's variant names them. */
function hadBesides(e: ExpressionBuilder<Schema, 'subscriber'>, editions: readonly string[]) {
  if (editions.length === 0) return e.val('');
  const had = sql<string>`(select string_agg(cast(delivery.variant_id as text), ',' order by delivery.variant_id)
    from delivery where delivery.subscriber_id = subscriber.id and delivery.edition_id in (${sql.join(editions)})
    and delivery.state <> 'skipped')`;
  return e.fn.coalesce(had, e.val(''));
}

/**
 * What told readers of stories that their next digest could hold too: alerts, and digests that were made before a digest
 * or alert earlier than them was cancelled, as that took its readers back to before both.
 *
 * @param story up to which the reader who was told least has been told
 */
export async function besides(
  db: Db | Trx,
  story: number,
): Promise<{ edition: string; variant: number; stories: string[] }[]> {
  const rows = await db
    .selectFrom('edition')
    .innerJoin('edition_variant', 'edition_variant.edition_id', 'edition.id')
    .select(['edition.id as edition', 'edition_variant.id as variant', 'edition_variant.stories'])
    .where('edition.number', 'is not', null)
    .where('edition.last_story', '>', story)
    .where((w) =>
      w.or([
        w('edition.kind', '=', 'alert'),
        w.and([
          w('edition.kind', '=', 'digest'),
          w.exists(
            w
              .selectFrom('edition as cancelled')
              .select('cancelled.id')
              .where('cancelled.state', '=', 'cancelled')
              .where('cancelled.kind', 'in', ['digest', 'alert'])
              .whereRef('cancelled.number', '<', 'edition.number')
              .whereRef('cancelled.ended_at', '>=', 'edition.started_at'),
          ),
        ]),
      ]),
    )
    .orderBy('edition_variant.id')
    .execute();
  return rows.map((row) => ({ ...row, stories: JSON.parse(row.stories) as string[] }));
}
