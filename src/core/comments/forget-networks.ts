import { createHmac } from 'node:crypto';
import { DAY, isoAfter } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { commentsWithOldNetwork, forgetNetwork } from './forget-rows.ts';

/** How long network addresses and user agents are kept, for the filter's sake; /privacy/ promises it. */
export const KEPT_MS = 30 * DAY;

/** Replaces old network addresses by a keyed hash, which still tells "the same" but no longer "where". */
export async function forgetOldNetworks({
  db,
  clock,
  secret,
}: Pick<Parts, 'db' | 'clock' | 'secret'>): Promise<number> {
  const old = await commentsWithOldNetwork(db, isoAfter(clock.now(), -KEPT_MS), 200);
  for (const { id, network } of old) {
    await forgetNetwork(
      db,
      id,
      createHmac('sha256', secret)
        .update(`network\0${network ?? ''}`)
        .digest('hex')
        .slice(0, 32),
    );
  }
  return old.length;
}
