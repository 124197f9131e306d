import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { randomToken } from '../platform/tokens.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import type { EditionParts } from './make-edition.ts';
import { checkedPlan, type Plan } from './plan.ts';
import { deleteLooksBefore, insertLook, lookByKey } from './plan-look-rows.ts';

/** How long it can be looked at: longer than anybody composes. */
const KEPT_MS = DAY;

/** A plan that is looked at before it is saved. */
export interface Look {
  plan: Plan;
  /** Of the state that whoever wrote it began with; to save it by. */
  version: string;
}

/**
 * Puts a plan aside to be looked at, page by page; what is kept for the next digest stays as it is.
 *
 * @returns its key
 * @throws AppError `invalid`, with fields, as `savePlan`
 */
export async function lookAtPlan(
  parts: EditionParts,
  cadence: Cadence,
  { plan, version }: Look,
): Promise<string> {
  const checked = checkedPlan(parts, plan);
  const now = parts.clock.now();
  const key = randomToken();
  await parts.db.transaction().execute(async (trx) => {
    await deleteLooksBefore(trx, isoAfter(now, -KEPT_MS));
    await insertLook(trx, { key, cadence, plan: JSON.stringify(checked), version, created_at: isoTime(now) });
  });
  return key;
}

/** What was put aside; undefined where there is none of that key, or not any more. */
export async function lookOf(db: Db, cadence: Cadence, key: string): Promise<Look | undefined> {
  const row = await lookByKey(db, cadence, key);
  return row && { plan: JSON.parse(row.plan) as Plan, version: row.version };
}
