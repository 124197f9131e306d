import type { CommentRules } from '../articles/comment-rules.ts';
import { HOLD_AT } from '../spam/local-signs.ts';
import type { Verdict } from '../spam/spam-filter.ts';
import type { CommentReason, CommentState } from './comment.ts';
import type { CommentSign } from './comment-signs.ts';

/** All that decides where a comment goes. */
export interface PlaceFacts {
  /** Undefined where no filter was asked. */
  verdict: Verdict | undefined;
  signs: readonly CommentSign[];
  /** Its writer asked for a person. */
  forPerson: boolean;
  /** This name with this address has a published comment. */
  isKnown: boolean;
  /** A confirmed subscriber. */
  isVerified: boolean;
  /** There is a filter, and it was not asked: what it would be told is no longer kept. */
  isUnasked?: boolean;
}

export type Place = readonly [CommentState, CommentReason];

/** What needs no filter: undefined where it is to be asked. */
export function placeBeforeFilter({
  signs,
  forPerson,
}: Pick<PlaceFacts, 'signs' | 'forPerson'>): Place | undefined {
  if (has(signs, 'block-list')) return ['spam', 'blocked'];
  return forPerson ? ['held', 'for-person'] : undefined;
}

/**
 * The house's rules, in their order: what is never published, the filter's word, what we see ourselves, whether we
 * know the person.
 */
export function placeOf(facts: PlaceFacts, rules: Pick<CommentRules, 'holdFirst'>): Place {
  const { verdict, isKnown, isVerified } = facts;
  const signs = isKnown || isVerified ? facts.signs.filter(({ name }) => STRICT.has(name)) : facts.signs;
  const before = placeBeforeFilter(facts);
  if (before) return before;
  if (verdict === 'spam' || verdict === 'discard') return ['spam', 'filter-spam'];
  if (has(signs, 'hold-list')) return ['held', 'listed'];
  if (weightOf(signs) >= HOLD_AT) return ['held', signs.every(isLinks) ? 'links' : 'local-signs'];
  if (facts.isUnasked) return ['held', 'filter-silent'];
  if (isKnown) return ['published', verdict ? 'filter-ham' : 'known'];
  if (isVerified) return ['published', verdict ? 'filter-ham' : 'verified'];
  if (!verdict) return ['held', 'no-filter'];
  return rules.holdFirst ? ['held', 'first-comment'] : ['published', 'filter-ham'];
}

/** What counts even of somebody we know: not how they write. */
const STRICT: ReadonlySet<string> = new Set(['trap', 'links', 'hold-list', 'block-list']);

function has(signs: readonly CommentSign[], name: string): boolean {
  return signs.some((sign) => sign.name === name);
}

function isLinks({ name }: CommentSign): boolean {
  return name === 'links';
}

export function weightOf(signs: readonly CommentSign[]): number {
  return signs.reduce((sum, { weight }) => sum + weight, 0);
}
