import type { CommentRules } from '../articles/comment-rules.ts';
import { listed } from '../spam/lists.ts';
import { HOLD_AT, localSigns } from '../spam/local-signs.ts';

/** One thing that speaks for a look by a person, in words for a moderator; weights add up. */
export interface CommentSign {
  name: string;
  weight: number;
  words: string;
}

/** What can be told of a comment without asking anyone. */
export interface SignedComment {
  name: string;
  email: string;
  website: string | null;
  body: string;
  /** Undefined where it is no longer kept. */
  network: string | null;
  honeypot: string;
  secondsToWrite: number | undefined;
  /** How many others of the last day are alike. */
  alike: number;
}

/** Everything that looks automatic to us, and every list that it stands on. */
export function signsOf(comment: SignedComment, rules: CommentRules): CommentSign[] {
  const signs: CommentSign[] = localSigns(comment, rules);
  const held = listed(comment, rules.hold);
  const blocked = listed(comment, rules.block);
  if (held)
    signs.push({
      name: 'hold-list',
      weight: HOLD_AT,
      words: `on the list of what is held: ${wordsOf(held)}`,
    });
  if (blocked)
    signs.push({
      name: 'block-list',
      weight: HOLD_AT,
      words: `on the list of what is blocked: ${wordsOf(blocked)}`,
    });
  return signs;
}

function wordsOf({ kind, entry }: { kind: string; entry: string }): string {
  return `${kind} “${entry}”`;
}

export function signsFrom(json: string | null): CommentSign[] {
  return json === null ? [] : (JSON.parse(json) as CommentSign[]);
}
