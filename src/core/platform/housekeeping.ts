import { DAY, HOUR, isoAfter } from './clock.ts';
import { deletePageChanges } from './page-changes.ts';
import type { Parts } from './parts.ts';
import { deleteExpiredTokens } from './token-rows.ts';

/** Throws away what has served its time: page changes that every server has seen, tokens long expired. */
export async function tidyUp({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await deletePageChanges(db, isoAfter(now, -HOUR));
  await deleteExpiredTokens(db, isoAfter(now, -30 * DAY)); // till then a late press is told that its time is over
}
