import type { DeliveryState } from '#db/schema.ts';
import type { Db } from '../platform/db.ts';
import {
  countsByDomain,
  countsOf,
  type DeliveryCounts,
  type DeliveryLine,
  deliveryLines,
  refusals,
  returned,
  variantStories,
} from './deliveries-rows.ts';
import type { Edition } from './edition.ts';
import { allEditions } from './edition-rows.ts';
import { requireEdition } from './require-edition.ts';
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
