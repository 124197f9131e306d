import type { CommentState } from '#core/comments/comment.ts';

/** The lists of the queue: what each is called, and what it says where it is empty. */
export const STATES: { state: CommentState; name: string; empty: string }[] = [
  {
    state: 'held',
    name: 'Held',
    empty: 'No comment waits for you. Those that need a person will stand here.',
  },
  { state: 'unchecked', name: 'Waiting for the filter', empty: 'No comment waits for the spam filter.' },
  { state: 'published', name: 'Published', empty: 'No comment is published yet.' },
  { state: 'spam', name: 'Spam', empty: 'Nothing was taken for spam.' },
  { state: 'trash', name: 'Trash', empty: 'Nothing was thrown away.' },
];

export function nameOfState(state: CommentState): string {
  return STATES.find((one) => one.state === state)?.name ?? 'Withdrawn';
}
