/**
 * What a filter is told about a comment, by the names of Akismet's comment-check; kept with the comment, so that
 * a later correction speaks of exactly what was judged.
 */
export type CheckedFields = Readonly<Record<string, string>>;

/** `discard`: so surely spam that nobody need look at it. */
export type Verdict = 'ham' | 'spam' | 'discard';

/** Why a filter gave no verdict; never an error's own words, which may hold the key. */
export type Silence = 'time-out' | 'unreachable' | 'garbage' | 'bad-key';

export type CheckOutcome = { state: 'answered'; verdict: Verdict } | { state: 'silent'; why: Silence };

/** Judges comments; may fail at any time, and never throws for it. */
export interface SpamFilter {
  check(fields: CheckedFields): Promise<CheckOutcome>;
  /** Tells the filter that a person decided otherwise; false where it did not take it. */
  correct(kind: 'spam' | 'ham', fields: CheckedFields): Promise<boolean>;
  verifyKey(): Promise<'valid' | 'invalid' | 'unknown'>;
}
