import type { CommentState } from '#db/schema.ts';
import type { SafeHtml } from '../platform/safe-html.ts';

export type { CommentState } from '#db/schema.ts';

/** What readers see of a comment; its `number` is its place under the article, from 1, and never moves. */
export interface PublishedComment {
  id: number;
  number: number;
  name: string;
  website: string | null;
  html: SafeHtml;
  /** UTC text. */
  at: string;
  parent: number | null;
}

/** The same for a name in capitals and in small letters, whatever its alphabet. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Why a comment is where it is, in a word of ours; `wordsFor` says it to people. */
export type CommentReason =
  | 'waiting' // for the filter's first answer
  | 'filter-silent' // asked, no answer yet
  | 'first-comment'
  | 'no-filter'
  | 'links'
  | 'local-signs'
  | 'filter-ham'
  | 'known'
  | 'filter-spam'
  | 'moderator'
  | 'commenter';

const STATE_WORDS: Record<CommentState, string> = {
  unchecked: 'Waiting for the spam filter',
  held: 'Held for a person to read',
  published: 'Published',
  spam: 'Not published',
  trash: 'Not published',
  withdrawn: 'Withdrawn',
};

const REASON_WORDS: Record<CommentReason, string> = {
  waiting: 'Your comment is saved. The spam filter is being asked about it now.',
  'filter-silent':
    'Your comment is saved. The spam filter does not answer at the moment; it is asked again by itself, and nothing is lost.',
  'first-comment':
    'The first comment of each person is read by the editor before it appears. After that, yours appear by themselves.',
  'no-filter': 'On this site a person reads comments before they appear.',
  links: 'It holds several links, so a person reads it before it appears.',
  'local-signs': 'Something about it looked automatic to us, so a person reads it before it appears.',
  known: 'We know you here.',
  'filter-ham': 'The spam filter found nothing wrong with it.',
  'filter-spam':
    'The spam filter took it for advertising. If that is wrong, the editor can still publish it.',
  moderator: 'The editor decided so.',
  commenter: 'You took it back.',
};

/** Where a comment is and why, in plain words for its writer. */
export function wordsFor(state: CommentState, reason: string): { state: string; reason: string } {
  return { state: STATE_WORDS[state], reason: REASON_WORDS[reason as CommentReason] ?? '' };
}
