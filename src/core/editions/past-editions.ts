import type { Parts } from '../platform/parts.ts';
import { type DatedEdition, endedEditions } from './calendar-rows.ts';
import type { DeliveryCounts } from './deliveries-rows.ts';
import type { ProgressWatch } from './progress.ts';
import { keptTallies } from './tally-rows.ts';

/** So many stand on one page of the list. */
export const ENDED_PAGE = 50;

/** An edition that has ended, and how its letters stand. */
export interface PastEdition extends DatedEdition {
  counts: DeliveryCounts;
}

/**
 * Editions that have ended, the last first, a page of them.
 *
 * @param before the `next` of the page before; one that is none begins at the last
 */
export async function endedAfter(
  { db, progress }: Pick<Parts, 'db'> & { progress: ProgressWatch },
  before: string | undefined,
): Promise<{ ended: PastEdition[]; next: string | undefined }> {
  const found = await endedEditions(db, { before: placeOf(before), most: ENDED_PAGE + 1 });
  const page = found.slice(0, ENDED_PAGE);
  const tallies = await keptTallies(
    db,
    page.map(({ id }) => id),
  );
  const ended = await Promise.all(
    page.map(async (edition) => ({
      ...edition,
      counts: tallies.get(edition.id) ?? (await progress.countsOf(edition)),
    })),
  );
  const last = page.at(-1);
  return { ended, next: found.length > ENDED_PAGE && last ? `${last.at}.${last.id}` : undefined };
}

/** The time ends with its Z, so that a dot behind it parts it from the id. */
function placeOf(text: string | undefined): { at: string; id: string } | undefined {
  const [, at, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\.(.+)$/.exec(text ?? '') ?? [];
  return at !== undefined && id !== undefined ? { at, id } : undefined;
}
