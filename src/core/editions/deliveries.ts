import type { DeliveryState } from '#db/schema.ts';
import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import {
  countsByDomain,
  countsOf,
  type DeliveryCounts,
  type DeliveryLine,
  deliveryLines,
  refusals,
  returned,
  settleAllUncertain,
  variantStories,
} from './deliveries-rows.ts';
import type { Edition } from './edition.ts';
import { allEditions, editionById } from './edition-rows.ts';
import { reopenEdition } from './move-edition.ts';
import { keptTallies } from './tally-rows.ts';

export type { DeliveryCounts, DeliveryLine } from './deliveries-rows.ts';

/** The order in which states are told. */
export const DELIVERY_STATES: readonly DeliveryState[] = [
  ...(['sent', 'queued', 'claimed', 'at-the-dot', 'deferred', 'bounced', 'uncertain', 'skipped'] as const),
];

export interface EditionLedger {
  edition: Edition;
  counts: DeliveryCounts;
  /** The sum of the counts: how many readers it was made for. */
  total: number;
}

/**
 * Every edition, the newest first, and how its letters stand.
 *
 * @param known counts that need not be made again, by the edition's id
 */
export async function editionLedgers(
  db: Db,
  most = 100,
  known: ReadonlyMap<string, DeliveryCounts> = new Map(),
): Promise<EditionLedger[]> {
  const editions = await allEditions(db, most);
  const tallies = await keptTallies(
    db,
    editions.map(({ id }) => id),
  );
  const there = new Map([...tallies, ...known]);
  const counts = await countsOf(
    db,
    editions.map(({ id }) => id).filter((id) => !there.has(id)),
  );
  return editions.map((edition) => ledgerOf(edition, there.get(edition.id) ?? counts.get(edition.id) ?? {}));
}

/** One edition's books. */
export interface EditionBooks extends EditionLedger {
  /** The domains with most letters first. */
  domains: { domain: string; counts: DeliveryCounts; total: number }[];
  refusals: { reply: string; count: number }[];
  returned: { kind: string; status: string; reason: string; count: number }[];
}

const MOST_REASONS = 20;

/** @throws AppError `not-found` */
export async function editionBooks(db: Db, id: string): Promise<EditionBooks> {
  const edition = await requireEdition(db, id);
  const counts = (await countsOf(db, [id])).get(id) ?? {};
  const byDomain = Map.groupBy(await countsByDomain(db, id), ({ domain }) => domain);
  const domains = [...byDomain].map(([domain, rows]) => {
    const own: DeliveryCounts = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    return { domain, counts: own, total: sumOf(own) };
  });
  return {
    ...ledgerOf(edition, counts),
    domains: domains.sort((a, b) => b.total - a.total || a.domain.localeCompare(b.domain)),
    refusals: await refusals(db, id, MOST_REASONS),
    returned: await returned(db, id, MOST_REASONS),
  };
}

const AT_ONCE = 1000;

/** Every letter of an edition, in one state where that is asked for; a million of them need no more memory than a few. */
export async function* deliveriesOf(
  db: Db,
  edition: string,
  state?: DeliveryState,
): AsyncGenerator<DeliveryLine & { stories: readonly string[] }> {
  const stories = await variantStories(db, edition);
  for (let after = 0; ; ) {
    const lines = await deliveryLines(db, { edition, ...(state ? { state } : {}), after, most: AT_ONCE });
    for (const line of lines) yield { ...line, stories: stories.get(line.variant_id ?? 0) ?? [] };
    const last = lines.at(-1);
    if (!last) return;
    after = last.id;
  }
}

/**
 * The owner's word on the letters of an edition of which nobody knows whether they arrived: they count as sent, or are
 * sent again.
 *
 * @returns how many they were
 * @throws AppError `not-found`, `conflict` where the edition was cancelled and nothing of it is sent any more
 */
export async function decideUncertain(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>,
  id: string,
  word: 'sent' | 'again',
): Promise<number> {
  const { db, clock, log } = parts;
  const edition = await requireEdition(db, id);
  if (word === 'again' && edition.state === 'cancelled')
    throw new AppError('conflict', `The edition ${id} was cancelled: nothing of it is sent again.`);
  const now = isoTime(clock.now());
  const count = await db.transaction().execute(async (trx) => {
    const settled = await settleBy(trx, id, word, now);
    const after = `${settled} ${word === 'sent' ? 'counted as sent' : 'sent again'}`;
    await noteAct(trx, parts, {
      act: 'edition.settle',
      subject: `edition:${id}`,
      before: 'uncertain',
      after,
    });
    return settled;
  });
  log.info('edition.uncertain-decided', { edition: id, word, count });
  return count;
}

async function settleBy(trx: Trx, id: string, word: 'sent' | 'again', now: string): Promise<number> {
  if (word === 'sent')
    return settleAllUncertain(trx, id, {
      state: 'sent',
      reply: 'counted as sent by the owner',
      sent_at: now,
    });
  await reopenEdition(trx, id);
  return settleAllUncertain(trx, id, { state: 'queued', reply: 'sent again by the owner', due_at: now });
}

async function requireEdition(db: Db, id: string): Promise<Edition> {
  const edition = await editionById(db, id);
  if (!edition) throw new AppError('not-found', `There is no edition "${id}": see "watchpost editions".`);
  return edition;
}

function ledgerOf(edition: Edition, counts: DeliveryCounts): EditionLedger {
  return { edition, counts: inOrder(counts), total: sumOf(counts) };
}

/** The states that there are, in the order in which they are told. */
export function inOrder(counts: DeliveryCounts): DeliveryCounts {
  const present = DELIVERY_STATES.filter((state) => counts[state]);
  return Object.fromEntries(present.map((state) => [state, counts[state]]));
}

/** How many letters these are. */
export function sumOf(counts: DeliveryCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
