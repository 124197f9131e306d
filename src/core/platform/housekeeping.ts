import { DAY, HOUR, isoAfter } from './clock.ts';
import { deletePageChanges } from './page-changes.ts';
import type { Parts } from './parts.ts';
import { deleteExpiredTokens } from './token-rows.ts';

/** How long after its time a token's hash is kept: till then a late press is told that its time is over. */
export const OLD_TOKENS_KEPT_DAYS = 30;

/** Throws away what has served its time: page changes that every server has seen, tokens long expired. */
export async function tidyUp({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await deletePageChanges(db, isoAfter(now, -HOUR));
  await deleteExpiredTokens(db, isoAfter(now, -OLD_TOKENS_KEPT_DAYS * DAY));
}
