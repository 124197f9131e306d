import { type ExpressionBuilder, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { BounceTable, Schema, SubscriberState, SubscriberTable } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import type { ListFilter, Sought } from './list-filter.ts';
import type { Subscriber } from './subscriber-rows.ts';

/** A way along an index, in whose order a list stands. */
export type Walk =
  /** Those of a state, newest first. */
  | { by: 'newest'; state: SubscriberState; since: string | undefined }
  /** By address, or by domain and address. */
  | { by: 'address' | 'domain'; from: string }
  /** By what came back last, newest first. */
  | { by: 'bounced'; since: string };

/** Where a row stands on its walk: what the walk is in the order of. */
export type Place = readonly string[];

/** The part of a walk behind one place, and up to another with it. */
export interface Stretch {
  after?: Place | undefined;
  until?: Place | undefined;
}

export type ListedSubscriber = Pick<
  Subscriber,
  'id' | 'email' | 'email_key' | 'state' | 'cadence' | 'topics' | 'alerts' | 'created_at'
> & { place: Place };

type Tables = Schema & { s: SubscriberTable };
type Bounced = Tables & { b: BounceTable };
type Rows = SelectQueryBuilder<Tables, 's', object>;
type E = ExpressionBuilder<Tables, 's'>;
/** Whether a subscriber, `s`, fits. */
type Condition = RawBuilder<boolean>;

const COLUMNS = [
  ...(['s.id', 's.email', 's.email_key', 's.state', 's.cadence', 's.topics'] as const),
  ...(['s.alerts', 's.created_at'] as const),
];

const BOUNCE = [sql<string>`b.at`.as('bounced_at'), sql<number>`b.id`.as('bounce')] as const;
const NO_BOUNCE = [sql<string>`''`.as('bounced_at'), sql<number>`0`.as('bounce')] as const;

/** Those on a stretch of a walk who fit, in its order. */
export async function subscribersAlong(
  db: Db,
  walk: Walk,
  stretch: Stretch,
  fits: readonly Condition[],
  most: number,
): Promise<ListedSubscriber[]> {
  const along = fits.reduce((query, fit) => query.where(fit), alongWalk(db, walk, stretch));
  const rows = await along
    .select(COLUMNS)
    .select(walk.by === 'bounced' ? BOUNCE : NO_BOUNCE)
    .limit(most)
    .execute();
  return rows.map(({ bounced_at, bounce, ...row }) => ({
    ...row,
    place: walk.by === 'bounced' ? [bounced_at, String(bounce)] : placeOf(walk, row),
  }));
}

/**
 * The same by a condition on the address alone: their keys come from the index, which on PostgreSQL spares a look at
 * every row on the way.
 */
export async function subscribersByAddress(
  db: Db,
  walk: Walk,
  stretch: Stretch,
  fits: Condition,
  most: number,
): Promise<ListedSubscriber[]> {
  const found = await alongWalk(db, walk, stretch).where(fits).select('s.email_key').limit(most).execute();
  if (found.length === 0) return [];
  const keys = found.map(({ email_key }) => email_key);
  const rows = await db
    .selectFrom('subscriber as s')
    .select(COLUMNS)
    .where('s.email_key', 'in', keys)
    .orderBy('s.email_key')
    .execute();
  return rows.map((row) => ({ ...row, place: [row.email_key] }));
}

/** The place that so many rows of a walk lead to; undefined where there are fewer. Asks the index alone. */
export async function placeAfter(
  db: Db,
  walk: Walk,
  after: Place | undefined,
  count: number,
): Promise<Place | undefined> {
  const along = alongWalk(db, walk, { after })
    .offset(count - 1)
    .limit(1);
  if (walk.by === 'bounced') {
    const row = await along.select(BOUNCE).executeTakeFirst();
    return row && [row.bounced_at, String(row.bounce)];
  }
  if (walk.by === 'newest') {
    const row = await along.select(['s.created_at', 's.id']).executeTakeFirst();
    return row && [row.created_at, row.id];
  }
  const row = await along.select('s.email_key').executeTakeFirst();
  return row && placeOfAddress(walk.by, row.email_key);
}

function placeOf({ by }: Exclude<Walk, { by: 'bounced' }>, row: Omit<ListedSubscriber, 'place'>): Place {
  return by === 'newest' ? [row.created_at, row.id] : placeOfAddress(by, row.email_key);
}

function placeOfAddress(by: 'address' | 'domain', key: string): Place {
  return by === 'address' ? [key] : [key.slice(key.lastIndexOf('@') + 1), key];
}

function alongWalk(db: Db, walk: Walk, stretch: Stretch): Rows {
  const all: Rows = db.selectFrom('subscriber as s');
  switch (walk.by) {
    case 'newest':
      return alongNewest(all, walk, stretch);
    case 'bounced':
      return alongBounced(db, walk, stretch);
    default:
      return alongAddresses(all, walk, stretch);
  }
}

function alongNewest(
  all: Rows,
  { state, since }: Extract<Walk, { by: 'newest' }>,
  { after, until }: Stretch,
): Rows {
  const at = (e: E) => e.refTuple('s.created_at', 's.id');
  return all
    .where('s.state', '=', state)
    .$if(since !== undefined, (query) => query.where('s.created_at', '>=', since ?? ''))
    .$if(after !== undefined, (query) => query.where((e) => e(at(e), '<', pair(e, after))))
    .$if(until !== undefined, (query) => query.where((e) => e(at(e), '>=', pair(e, until))))
    .orderBy('s.created_at', 'desc')
    .orderBy('s.id', 'desc');
}

/** The walk begins at the place where there is one: of two lower ends the index may take the farther. */
function alongAddresses(
  all: Rows,
  { by, from }: Extract<Walk, { by: 'address' | 'domain' }>,
  { after, until }: Stretch,
): Rows {
  if (by === 'address')
    return all
      .where('s.email_key', after ? '>' : '>=', after?.[0] ?? from)
      .$if(from !== '', (query) => query.where('s.email_key', '<', endOf(from)))
      .$if(until !== undefined, (query) => query.where('s.email_key', '<=', until?.[0] ?? ''))
      .orderBy('s.email_key');
  const at = (e: E) => e.refTuple('s.domain', 's.email_key');
  return all
    .$if(after === undefined, (query) => query.where('s.domain', '>=', from))
    .$if(after !== undefined, (query) => query.where((e) => e(at(e), '>', pair(e, after))))
    .where('s.domain', '<', endOf(from))
    .$if(until !== undefined, (query) => query.where((e) => e(at(e), '<=', pair(e, until))))
    .orderBy('s.domain')
    .orderBy('s.email_key');
}

/** What came back of each subscriber last. */
function alongBounced(db: Db, { since }: Extract<Walk, { by: 'bounced' }>, { after, until }: Stretch): Rows {
  const rows = db
    .selectFrom('bounce as b')
    .innerJoin('subscriber as s', 's.id', 'b.subscriber_id')
    .where('b.at', '>=', since)
    .where('b.kind', 'in', ['soft', 'hard'])
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('bounce as later')
            .select('later.id')
            .whereRef('later.subscriber_id', '=', 'b.subscriber_id')
            .whereRef('later.id', '>', 'b.id')
            .where('later.kind', 'in', ['soft', 'hard']),
        ),
      ),
    )
    .$if(after !== undefined, (query) =>
      query.where((e) => e(e.refTuple('b.at', 'b.id'), '<', timed(e, after))),
    )
    .$if(until !== undefined, (query) =>
      query.where((e) => e(e.refTuple('b.at', 'b.id'), '>=', timed(e, until))),
    )
    .orderBy('b.at', 'desc')
    .orderBy('b.id', 'desc');
  return rows as unknown as Rows;
}

function pair(e: E, place: Place | undefined) {
  return e.tuple(place?.[0] ?? '', place?.[1] ?? '');
}

function timed(e: ExpressionBuilder<Bounced, 'b' | 's'>, place: Place | undefined) {
  return e.tuple(place?.[0] ?? '', Number(place?.[1]));
}

/** Behind every text of printable ASCII that begins so. */
function endOf(prefix: string): string {
  return `${prefix}\u007f`;
}

/**
 * What a walk does not see to by itself, as conditions that no index is taken for: one that has the state and cadence,
 * but not the order, would have a million rows sorted for a page of fifty.
 */
export function conditionsOf(
  filter: ListFilter,
  sought: Sought | undefined,
  { by }: Walk,
): readonly Condition[] {
  const { state, cadence, topic, alerts, since } = filter;
  const isNewest = by === 'newest';
  const conditions: (Condition | undefined)[] = [
    state !== undefined && !isNewest ? sql`s.state || '' = ${state}` : undefined,
    since !== undefined && !isNewest ? sql`s.created_at || '' >= ${since}` : undefined,
    cadence === undefined ? undefined : sql`s.cadence || '' = ${cadence}`,
    topic === undefined ? undefined : choseTopic(topic),
    alerts === undefined ? undefined : alerts ? sql`s.alerts > 0` : sql`s.alerts = 0`,
    sought && (sought.isAnywhere || by === 'bounced') ? holds(sought) : undefined,
  ];
  return conditions.filter((condition) => condition !== undefined);
}

function choseTopic(topic: string): Condition {
  if (topic === 'all') return sql`s.topics || '' = ''`;
  return sql`',' || s.topics || ',' like ${`%,${plain(topic)},%`} escape '\\'`;
}

function holds({ in: column, text, isAnywhere }: Sought): Condition {
  const pattern = `${isAnywhere ? '%' : ''}${plain(text)}%`;
  return column === 'domain'
    ? sql`s.domain like ${pattern} escape '\\'`
    : sql`s.email_key like ${pattern} escape '\\'`;
}

/** A text to be looked for by `like`: its own signs stand for themselves. */
function plain(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
