import { type ExpressionBuilder, sql } from 'kysely';
import type { Schema } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import { type LastDigests, toldUpTo } from '../subscribers/told-rows.ts';
import type { Readers } from './delivery-rows.ts';

/** Whom a letter goes to that is the same for all: confirmed readers of any cadence who fit. */
export interface Audience {
  /** Readers of any of these topics, and those of all topics. */
  topics: readonly string[] | 'any';
  /** Of alerts alone. */
  alert?: {
    /** How far a reader's wish for alerts must go: 1 critical, 2 high, 3 medium, 4 low. */
    rank: number;
    /** Who has been told of the article needs no alert of it … */
    known: Known;
    /** … but may need its update; who had the alert (its id) hears of that too, whatever their topics. */
    update?: { of: readonly string[] } | undefined;
  };
}

/** By what a reader knows an article. */
export interface Known {
  /** Its story, where it has a number: digests that went past it have told of it. */
  story?: { number: number; last: LastDigests } | undefined;
  /** Variants (ids) of editions that told readers of it besides. */
  besides: readonly number[];
}

export async function countAudience(db: Db | Trx, audience: Audience): Promise<number> {
  const { count } = await db
    .selectFrom('subscriber')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where((e) => fits(e, audience))
    .executeTakeFirstOrThrow();
  return count;
}

/** How many of them know the article already. */
export async function countKnowing(db: Db | Trx, audience: Audience, known: Known): Promise<number> {
  const { count } = await db
    .selectFrom('subscriber')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where((e) => e.and([fits(e, audience), knows(e, known)]))
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * The same readers, each with their variant of an edition: there is one, or of an update two, of which that for who knows
 * its story begins with it, the other before it.
 */
export function audienceReaders(trx: Trx, edition: string, audience: Audience): Readers {
  const { update, known } = audience.alert ?? {};
  const story = update && known?.story;
  return trx
    .selectFrom('subscriber')
    .innerJoin('edition_variant', (join) => {
      const all = join.on('edition_variant.edition_id', '=', edition);
      if (!story) return all;
      const { number } = story;
      return all.on((on) => {
        const e = on as unknown as Subscribers;
        return on.or([
          on.and([knows(e, known), on('edition_variant.since', '=', number)]),
          on.and([on.not(knows(e, known)), on('edition_variant.since', '=', number - 1)]),
        ]);
      });
    })
    .where((e) => fits(e as unknown as Subscribers, audience));
}

type Subscribers = ExpressionBuilder<Schema, 'subscriber'>;

function fits(e: Subscribers, { topics, alert }: Audience) {
  const ofTopics = topics === 'any' ? [] : [readsAnyOf(e, topics)];
  const confirmed = e('subscriber.state', '=', 'confirmed');
  if (!alert) return e.and([confirmed, ...ofTopics]);
  const { rank, known, update } = alert;
  return e.and([
    confirmed,
    e('subscriber.alerts', '>', 0),
    e.or([
      e.and([e('subscriber.alerts', '>=', rank), ...ofTopics]),
      ...hadOne(e, 'delivery.edition_id', update?.of ?? []),
    ]),
    ...(update ? [] : [e.not(knows(e, known))]),
  ]);
}

function knows(e: Subscribers, { story, besides }: Known) {
  return e.or([
    ...(story ? [e(toldUpTo(e, story.last), '>=', story.number)] : []),
    ...hadOne(e, 'delivery.variant_id', besides),
  ]);
}

/** Topics stand in one text, joined by commas; empty for all. */
function readsAnyOf(e: Subscribers, topics: readonly string[]) {
  const among = sql<string>`',' || subscriber.topics || ','`;
  return e.or([e('subscriber.topics', '=', ''), ...topics.map((topic) => e(among, 'like', `%,${topic},%`))]);
}

/** Whether they have had a letter of any of these editions or variants. */
function hadOne(
  e: Subscribers,
  of: 'delivery.edition_id' | 'delivery.variant_id',
  ids: readonly (string | number)[],
) {
  if (ids.length === 0) return [];
  return [
    e.exists(
      e
        .selectFrom('delivery')
        .select('delivery.id')
        .whereRef('delivery.subscriber_id', '=', 'subscriber.id')
        .where(of, 'in', ids)
        .where('delivery.state', '<>', 'skipped'),
    ),
  ];
}
