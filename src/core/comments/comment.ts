import type { CommentState } from '#db/schema.ts';
import type { SafeHtml } from '../platform/safe-html.ts';

export type { CommentState } from '#db/schema.ts';

/** What readers see of a comment. */
export interface PublishedComment {
  id: number;
  /** Its place under the article, from 1; it never moves. */
  number: number;
  name: string;
  website: string | null;
  html: SafeHtml;
  /** UTC text. */
  at: string;
  edited: string | null;
  /** Who of content/authors wrote it, where it was written at the desk. */
  author: string | null;
  /** Written by a confirmed subscriber. */
  isVerified: boolean;
  /** Names the picture drawn for its writer; null where they gave no address. */
  picture: string | null;
  /** The comment that it answers. */
  parent: { id: number; number: number | null; name: string } | null;
}

/** Shown where a writer gave no name. */
export const NAMELESS = 'Anonymous';

/** How long a writer may change a comment, counted from when it was saved. */
export const EDIT_MINUTES = 15;

/** So many stand on a page; a comment's number says on which one it is, for good. */
export const PAGE_LENGTH = 100;

export function pageOf(number: number): number {
  return Math.ceil(number / PAGE_LENGTH);
}

/**
 * Where a published comment stands, from the root of the site.
 *
 * @param order the site's own: the article's page shows the first hundred only where the oldest stand first
 */
export function commentPath(article: string, number: number, order: 'oldest' | 'newest' = 'oldest'): string {
  const page = pageOf(number);
  const isOnArticle = page === 1 && order === 'oldest';
  return `/articles/${article}/${isOnArticle ? '' : `comments/?page=${page}`}#comment-${number}`;
}

/** The same for a name in capitals and in small letters, whatever its alphabet. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Why a comment is where it is, in a word of ours; `wordsFor` says it to people. */
export type CommentReason =
  | 'waiting' // for the filter's first answer
  | 'filter-silent' // asked, no answer yet
  | 'provisional' // the filter wants to be asked once more
  | 'first-comment'
  | 'no-filter'
  | 'links'
  | 'local-signs'
  | 'listed' // on a list of what is held
  | 'blocked' // on a list of what is never published
  | 'for-person' // its writer asked for a person
  | 'filter-ham'
  | 'known'
  | 'verified'
  | 'filter-spam'
  | 'moderator'
  | 'undone' // a decision was taken back
  | 'desk' // written there
  | 'edited' // by its writer, who waits for the filter again
  | 'commenter'
  | 'erased';

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
    'Your comment is saved. The spam filter does not answer at the moment; it is asked again by itself, and nothing is lost. After a day without an answer, a person reads it.',
  provisional:
    'Your comment is saved. The spam filter asks for a little time and gives its last word then, by itself.',
  'first-comment':
    'The first comment of each person is read by the editor before it appears. After that, yours appear by themselves.',
  'no-filter': 'On this site a person reads comments before they appear.',
  links: 'It holds several links, so a person reads it before it appears.',
  'local-signs': 'Something about it looked automatic to us, so a person reads it before it appears.',
  listed: 'It holds something that a person always looks at here, before it appears.',
  blocked: 'It holds something that is not published here. The editor can still decide otherwise.',
  'for-person': 'You asked that a person read it, and that the spam filter not be told. So it is.',
  known: 'We know you here.',
  verified: 'You are a confirmed reader of the newsletter.',
  'filter-ham': 'The spam filter found nothing wrong with it.',
  'filter-spam':
    'The spam filter took it for advertising. If that is wrong, the editor can still publish it.',
  moderator: 'The editor decided so.',
  undone: 'The editor took a decision back.',
  desk: 'It was written at the desk.',
  edited: 'Your change is saved. The spam filter is being asked about it now.',
  commenter: 'You took it back.',
  erased: 'It was erased, with your name and address, as you asked.',
};

/** Where a comment is and why, in plain words for its writer. */
export function wordsFor(state: CommentState, reason: string): { state: string; reason: string } {
  return { state: STATE_WORDS[state], reason: REASON_WORDS[reason as CommentReason] ?? '' };
}

const SHORT_REASONS: Record<CommentReason, string> = {
  waiting: 'saved',
  'filter-silent': 'the filter did not answer',
  provisional: 'the filter asked for more time',
  'first-comment': 'the first comment of this person',
  'no-filter': 'no spam filter is set',
  links: 'more links than are allowed',
  'local-signs': 'it looks automatic',
  listed: 'on a list of what is held',
  blocked: 'on a list of what is blocked',
  'for-person': 'its writer asked for a person, and not to tell the filter',
  'filter-ham': 'the filter found nothing wrong',
  known: 'known here',
  verified: 'a confirmed reader',
  'filter-spam': 'the filter took it for spam',
  moderator: 'decided',
  undone: 'a decision was taken back',
  desk: 'written at the desk',
  edited: 'changed by its writer',
  commenter: 'taken back by its writer',
  erased: 'erased by its writer',
};

/** Why a comment is where it is, in few words for a moderator. */
export function shortReason(reason: string): string {
  return SHORT_REASONS[reason as CommentReason] ?? reason;
}
