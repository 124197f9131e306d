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

/** So many acts stand on a page. */
const PAGE = 50;

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
  const hasMore = found.length > PAGE;
  const acts = isUpwards ? found.slice(0, PAGE).reverse() : found.slice(0, PAGE);
  const [newest, oldest] = [acts[0]?.id, acts.at(-1)?.id];
  return {
    acts,
    older: isUpwards || hasMore ? oldest : undefined,
    newer: (isUpwards ? hasMore : from.before !== undefined) ? newest : undefined,
  };
}
