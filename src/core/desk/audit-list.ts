import { type ActFilter, type ActRow, findActs } from '../platform/audit-rows.ts';
import type { Db } from '../platform/db.ts';

export { type ActFilter, type ActRow, actChoices } from '../platform/audit-rows.ts';

const AT_ONCE = 1000;

/** Every act that is asked for, the oldest first; a million of them need no more memory than a few. */
export async function* actsOf(db: Db, filter: ActFilter): AsyncGenerator<ActRow> {
  for (let after = 0; ; ) {
    const acts = await findActs(db, filter, { after, most: AT_ONCE });
    yield* acts;
    const last = acts.at(-1);
    if (!last || acts.length < AT_ONCE) return;
    after = last.id;
  }
}

/** So many acts stand on a page, or fewer that hold much: what somebody wrote may be in them. */
const PAGE = 50;
const PAGE_BYTES = 200_000;
/** What stands around an act on a page of the desk. */
const FRAME_BYTES = 800;

/** One page of the log, the newest first. */
export interface ActPage {
  acts: ActRow[];
  /** Numbers from which the pages beside this one go; undefined where there is none. */
  older: number | undefined;
  newer: number | undefined;
}

/**
 * A page of the log by the numbers of its acts: what is written meanwhile moves nothing.
 *
 * @param from.before acts older than that number; from.after: those next newer than it; neither: the newest
 */
export async function actPage(
  db: Db,
  filter: ActFilter,
  from: { before?: number | undefined; after?: number | undefined },
): Promise<ActPage> {
  const isUpwards = from.after !== undefined;
  const found = await findActs(db, filter, { ...from, most: PAGE + 1 });
  const shown = found.slice(0, fitting(found));
  const hasMore = found.length > shown.length;
  const acts = isUpwards ? shown.toReversed() : shown;
  const [newest, oldest] = [acts[0]?.id, acts.at(-1)?.id];
  return {
    acts,
    older: isUpwards || hasMore ? oldest : undefined,
    newer: (isUpwards ? hasMore : from.before !== undefined) ? newest : undefined,
  };
}

/** How many of them one page takes; one at least. */
function fitting(acts: readonly ActRow[]): number {
  let bytes = 0;
  const tooMuch = acts.findIndex((act, place) => {
    bytes += weightOnPage(act);
    return place === PAGE || (place > 0 && bytes > PAGE_BYTES);
  });
  return tooMuch === -1 ? acts.length : tooMuch;
}

/** About how many bytes an act is on a page of the desk, where some characters are written as five or six. */
function weightOnPage({ before, after }: ActRow): number {
  const text = `${before ?? ''}${after ?? ''}`;
  return FRAME_BYTES + Buffer.byteLength(text) + 5 * (text.match(/["&'<>]/g)?.length ?? 0);
}
