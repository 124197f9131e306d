import { type ExpressionBuilder, sql } from 'kysely';
import type { Schema } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import { type LastDigests, toldUpTo } from '../subscribers/told-rows.ts';
import type { Edition, Variant } from './edition.ts';

/** What tells readers of a digest apart: what they chose, what they were told of, and which alerts they had. */
export interface Telling {
  cadence: Cadence;
  last: LastDigests;
  /** Alerts (ids of editions) since the oldest of the last digests. */
  alerts: readonly string[];
}

/** How many confirmed readers of a cadence stand at the same point. */
export async function audiences(
  db: Db | Trx,
  { cadence, last, alerts }: Telling,
): Promise<Pick<Variant, 'topics' | 'since' | 'alerted' | 'readers'>[]> {
  return db
    .selectFrom('subscriber')
    .select((e) => [
      'topics',
      toldUpTo(e, last).as('since'),
      alertsHad(e, alerts).as('alerted'),
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

/** A row in the outbox for each reader of a digest who has a variant of it, in one statement. */
export async function insertDigestDeliveries(
  trx: Trx,
  edition: Edition,
  { cadence, last, alerts }: Telling,
  { host, now }: { host: string; now: string },
): Promise<number> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('delivery')
    .columns([...DELIVERY_COLUMNS])
    .expression(
      (e) =>
        e
          .selectFrom('subscriber')
          .innerJoin('edition_variant', (join) =>
            join
              .on('edition_variant.edition_id', '=', edition.id)
              .onRef('edition_variant.topics', '=', 'subscriber.topics')
              .on((on) => on('edition_variant.since', '=', toldUpTo(on, last)))
              .on((on) => on('edition_variant.alerted', '=', alertsHad(on, alerts))),
          )
          .select((s) => [
            s.val(edition.kind).as('kind'),
            s.val(edition.id).as('edition_id'),
            'edition_variant.id as variant_id',
            'subscriber.id as subscriber_id',
            'email as recipient',
            'domain',
            sql<string>`${edition.id} || '.' || subscriber.id || '@' || ${host}`.as('message_id'),
            s.val('queued').as('state'),
            s.val(now).as('due_at'),
            s.val(now).as('created_at'),
          ])
          .where('state', '=', 'confirmed')
          .where('cadence', '=', cadence)
          .orderBy('subscriber.id'), // the index of who has which edition is then filled in its own order
    )
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

const DELIVERY_COLUMNS = [
  ...(['kind', 'edition_id', 'variant_id', 'subscriber_id', 'recipient', 'domain', 'message_id'] as const),
  ...(['state', 'due_at', 'created_at'] as const),
] as const;

/** Which of these alerts a subscriber of a query has had, as an edition's variant names them. */
function alertsHad(e: ExpressionBuilder<Schema, 'subscriber'>, alerts: readonly string[]) {
  if (alerts.length === 0) return e.val('');
  const had = sql<string>`(select string_agg(delivery.edition_id, ',' order by delivery.edition_id) from delivery
    where delivery.subscriber_id = subscriber.id and delivery.edition_id in (${sql.join(alerts)})
    and delivery.state <> 'skipped')`;
  return e.fn.coalesce(had, e.val(''));
}

/** Alerts about stories that some reader's next digest could hold too: their ids, and the story of each. */
export async function alertsSince(
  db: Db | Trx,
  story: number,
): Promise<{ edition: string; article: string }[]> {
  const rows = await db
    .selectFrom('edition')
    .innerJoin('story', 'story.slug', 'edition.subject')
    .select(['edition.id as edition', 'story.slug as article'])
    .where('edition.kind', '=', 'alert')
    .where('edition.number', 'is not', null)
    .where('story.number', '>', story)
    .orderBy('edition.id')
    .execute();
  return rows;
}
