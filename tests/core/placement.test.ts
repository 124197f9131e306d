import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommentRules } from '#core/articles/comment-rules.ts';
import { type PlaceFacts, placeOf } from '#core/comments/placement.ts';

const sign = (name: string, weight = 3) => ({ name, weight, words: name });
const STRANGER: PlaceFacts = {
  verdict: 'ham',
  signs: [],
  forPerson: false,
  isKnown: false,
  isVerified: false,
};
const PLACES: [string, Partial<PlaceFacts>, string, Partial<CommentRules>?][] = [
  ['a stranger', {}, 'held (first-comment)'],
  ['a stranger where first comments are not held', {}, 'published (filter-ham)', { holdFirst: false }],
  ['a stranger without a filter', { verdict: undefined }, 'held (no-filter)'],
  ['a stranger without a filter, anywhere', { verdict: undefined }, 'held (no-filter)', { holdFirst: false }],
  ['somebody known', { isKnown: true }, 'published (filter-ham)'],
  ['somebody known, without a filter', { isKnown: true, verdict: undefined }, 'published (known)'],
  ['a subscriber', { isVerified: true }, 'published (filter-ham)'],
  ['a subscriber, without a filter', { isVerified: true, verdict: undefined }, 'published (verified)'],
  ['spam of somebody known', { isKnown: true, verdict: 'spam' }, 'spam (filter-spam)'],
  ['spam of a subscriber', { isVerified: true, verdict: 'discard' }, 'spam (filter-spam)'],
  ['too many links of somebody known', { isKnown: true, signs: [sign('links')] }, 'held (links)'],
  ['the trap, filled in by somebody known', { isKnown: true, signs: [sign('trap')] }, 'held (local-signs)'],
  ['links and the trap', { signs: [sign('links'), sign('trap')] }, 'held (local-signs)'],
  ['how a stranger writes', { signs: [sign('shouting', 1), sign('offer', 2)] }, 'held (local-signs)'],
  [
    'how somebody known writes',
    { isKnown: true, signs: [sign('shouting', 1), sign('offer', 2)] },
    'published (filter-ham)',
  ],
  [
    'a little, of a stranger',
    { signs: [sign('shouting', 2)] },
    'published (filter-ham)',
    { holdFirst: false },
  ],
  ['what is listed to be held', { isKnown: true, signs: [sign('hold-list')] }, 'held (listed)'],
  [
    'what is listed, and the filter calls spam',
    { verdict: 'spam', signs: [sign('hold-list')] },
    'spam (filter-spam)',
  ],
  ['what is blocked', { isVerified: true, signs: [sign('block-list'), sign('hold-list')] }, 'spam (blocked)'],
  ['what is blocked and for a person', { forPerson: true, signs: [sign('block-list')] }, 'spam (blocked)'],
  ['what is for a person', { isKnown: true, forPerson: true, verdict: undefined }, 'held (for-person)'],
];

for (const [who, facts, expected, rules] of PLACES)
  test(`${who} goes where the rules say: ${expected}`, () => {
    const [state, reason] = placeOf({ ...STRANGER, ...facts }, { holdFirst: true, ...rules });
    assert.equal(`${state} (${reason})`, expected);
  });
