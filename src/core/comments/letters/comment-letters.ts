import type { Library } from '../../articles/library.ts';
import { removeKeptLetters } from '../../mail/kept-mail.ts';
import type { Delivery } from '../../mail/outbox-rows.ts';
import type { LetterMaker } from '../../mail/ready-letter.ts';
import { DAY } from '../../platform/clock.ts';
import type { Parts } from '../../platform/parts.ts';
import { moderatorLetter } from './moderator-letter.ts';
import { confirmNoticesLetter, repliesLetter } from './reply-letters.ts';

const LETTERS = {
  moderation: moderatorLetter,
  'reply-confirm': confirmNoticesLetter,
  replies: repliesLetter,
} as const;

type CommentLetterKind = keyof typeof LETTERS;

export function isCommentLetter(delivery: Delivery): delivery is Delivery & { kind: CommentLetterKind } {
  return delivery.kind in LETTERS;
}

/** Makes the letters that come of comments, at the moment of sending: to the moderator, and to commenters. */
export function commentLetterMaker(
  parts: Parts & { library: Library },
): LetterMaker<Delivery & { kind: CommentLetterKind }> {
  return (delivery) => LETTERS[delivery.kind](parts, delivery);
}

/** How long letters that hold readers' words are kept as files, where no relay takes them. */
export const KEPT_MS = 30 * DAY;

/** Removes what is older: it holds words that their writers may have erased since. */
export function forgetOldLetters({ config, clock }: Pick<Parts, 'config' | 'clock'>): void {
  const before = new Date(clock.now().getTime() - KEPT_MS);
  for (const kind of ['held', 'replies']) removeKeptLetters(config.dataDir, kind, before);
}
