import type { FilterHealth } from './filter-health.ts';

type Why = NonNullable<FilterHealth['why']>;

/** Why the filter gave no answer, to follow what says so. */
export const SILENCE_WORDS: Record<Why, string> = {
  'time-out': 'it took longer than three seconds',
  unreachable: 'it could not be reached',
  garbage: 'its answer made no sense',
  'bad-key': 'it refused the key',
  busy: 'too many questions were under way',
};

/** What becomes of comments while it is so, and the next step. */
export const FILTER_STEPS: Record<'silent' | 'bad-key', string> = {
  silent:
    'Comments are kept and wait; it is asked again by itself, and after a day a comment is held for you.',
  'bad-key':
    'It is not asked any more until the key is mended: copy it again from your Akismet account into AKISMET_KEY and restart. Comments are kept and wait.',
};
