import type { Db, Trx } from '../platform/db.ts';
import { addToSetting, settingValue } from '../platform/settings.ts';
import type { CommentRow } from './comment-rows.ts';
import { countDiscarded } from './moderation/queue-rows.ts';

const REVIEWED = 'discards-reviewed';
const WRONG = 'discards-wrong';

/** How well the filter does where it is sure: kept now, looked at by a person so far, and found to be no spam. */
export interface DiscardFigures {
  kept: number;
  reviewed: number;
  wrong: number;
}

export async function discardFigures(db: Db): Promise<DiscardFigures> {
  const [kept, reviewed, wrong] = await Promise.all([
    countDiscarded(db),
    settingValue(db, REVIEWED),
    settingValue(db, WRONG),
  ]);
  return { kept, reviewed: Number(reviewed ?? 0), wrong: Number(wrong ?? 0) };
}

/** The filter is sure that it is spam, and no person has looked at it. */
export function isUnseenDiscard({ verdict, state, reason }: CommentRow): boolean {
  return verdict === 'discard' && state === 'spam' && reason === 'filter-spam';
}

/** Counts that a person has looked at one, and found the filter right or wrong; `step` is -1 where that is taken back. */
export async function countReviewed(trx: Trx, isSpam: boolean, step: 1 | -1 = 1): Promise<void> {
  await addToSetting(trx, REVIEWED, step);
  if (!isSpam) await addToSetting(trx, WRONG, step);
}
