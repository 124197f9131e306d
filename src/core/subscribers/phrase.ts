import { randomInt } from 'node:crypto';
import { AppError } from '../platform/errors.ts';
import { PHRASE_WORDS } from './phrase-words.ts';

/** In characters as a reader counts them, more or less: code points. */
const LEAST = 3;
const MOST = 80;
/** Controls, line breaks, bidirectional overrides, what cannot be seen; but joiners, which some scripts need. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|(?![\u200c\u200d])\p{Cf}/u;
/** What a mail program might turn into a link. */
const LINK = /:\/\/|www\.|@/iu;

/**
 * A reader's phrase, as it stands in every letter; empty for none.
 *
 * @throws AppError `invalid` with the field `phrase`
 */
export function phraseFrom(typed: string): string {
  const problem = problemOf(typed.trim());
  if (problem !== undefined) throw new AppError('invalid', 'The phrase needs a change.', { phrase: problem });
  return typed.trim().normalize('NFC').replace(/ {2,}/g, ' ');
}

function problemOf(phrase: string): string | undefined {
  const length = [...phrase].length;
  if (length === 0) return undefined;
  if (UNSEEN.test(phrase))
    return 'It holds a character that cannot be seen. Type it on one line, in plain words.';
  if (LINK.test(phrase))
    return 'It looks like a link or an address, which a letter would make pressable. Use words.';
  if (length < LEAST) return `It is too short to tell a letter by: use at least ${LEAST} characters.`;
  if (length > MOST) return `It has ${length} characters; ${MOST} fit.`;
  return undefined;
}

/** Four words drawn at random, for whoever has no phrase in mind. */
export function suggestedPhrase(): string {
  return Array.from({ length: 4 }, () => PHRASE_WORDS[randomInt(PHRASE_WORDS.length)]).join(' ');
}
