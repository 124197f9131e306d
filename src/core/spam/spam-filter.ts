/**
 * What a filter is told about a comment, by the names of Akismet's comment-check; kept with the comment, so that
 * a later correction speaks of exactly what was judged. A list is a field that comes more than once, such as
 * `comment_context`.
 */
export type CheckedFields = Readonly<Record<string, string | readonly string[]>>;

/** `discard`: so surely spam that nobody need look at it. */
export type Verdict = 'ham' | 'spam' | 'discard';

/**
 * Why a filter gave no verdict; never an error's own words, which may hold the key.
 * `busy` is our own word: too many questions are under way already.
 */
export type Silence = 'time-out' | 'unreachable' | 'garbage' | 'bad-key' | 'busy';

/**
 * What came along with an answer, worth keeping with the comment's history: printable, at most 200 characters each,
 * never the key.
 */
export interface FilterNotes {
  guid?: string;
  error?: string;
  debugHelp?: string;
  proTip?: string;
  alertCode?: string;
  /** In words for the operator. */
  alert?: string;
}

export type CheckOutcome =
  | {
      state: 'answered';
      verdict: Verdict;
      /** The verdict is provisional: after so many seconds, at most a day, it should be asked for again. */
      recheckAfter?: number;
      notes: FilterNotes;
    }
  | { state: 'silent'; why: Silence; notes: FilterNotes };

/** How much of the filter's plan this month has used. */
export interface Usage {
  /** Undefined: no limit. */
  limit: number | undefined;
  used: number;
  percentage: number;
  /** Checks are refused or slowed, as the limit was passed for months. */
  throttled: boolean;
}

/** Judges comments; may fail at any time, and never throws for it. */
export interface SpamFilter {
  /** How far our clock is ahead of the filter's machine, by its last answer, in seconds; undefined where it never told. */
  readonly secondsAhead?: number | undefined;
  check(fields: CheckedFields): Promise<CheckOutcome>;
  /** Tells the filter that a person decided otherwise; false where it did not take it. */
  correct(kind: 'spam' | 'ham', fields: CheckedFields): Promise<boolean>;
  verifyKey(): Promise<'valid' | 'invalid' | 'unknown'>;
  usage(): Promise<Usage | undefined>;
}
