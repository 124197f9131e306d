import type { CommentState } from '../comment.ts';
import { signsFrom } from '../comment-signs.ts';
import type { LookedAt } from './queue-rows.ts';

/** What a moderator looks for; everything that is given has to fit. */
export interface QueueFilter {
  state: CommentState;
  /** The slug of an article. */
  article?: string | undefined;
  /** The id of a comment: others of the same address are looked for. */
  person?: number | undefined;
  /** Comments that stand together. */
  cluster?: string | undefined;
  /** Words, each of which stands somewhere in the text. */
  words?: string | undefined;
  /** A part of the writer's name. */
  name?: string | undefined;
  /** What the filter said; `none` where it said nothing. */
  verdict?: 'ham' | 'spam' | 'discard' | 'none' | undefined;
  /** The name of a sign that it has. */
  sign?: string | undefined;
}

export type Fits = (comment: LookedAt) => boolean;

/** Whether a comment fits as far as the database was not asked; undefined where every one does. */
export function fitOf({ words, name, verdict, sign }: QueueFilter): Fits | undefined {
  const terms = folded(words ?? '')
    .split(' ')
    .filter(Boolean);
  const part = folded(name ?? '');
  const tests: Fits[] = [
    ...(terms.length > 0 ? [(one: LookedAt) => hasAll(folded(one.body), terms)] : []),
    ...(part ? [(one: LookedAt) => folded(one.name).includes(part)] : []),
    ...(verdict ? [(one: LookedAt) => (one.verdict ?? 'none') === verdict] : []),
    ...(sign ? [(one: LookedAt) => signsFrom(one.signs).some((has) => has.name === sign)] : []),
  ];
  return tests.length === 0 ? undefined : (comment) => tests.every((fits) => fits(comment));
}

function hasAll(text: string, terms: readonly string[]): boolean {
  return terms.every((term) => text.includes(term));
}

/**
 * Compared without case, width and how much space there is, in every alphabet and on both engines alike. Thousands of
 * texts are: what is plain already is left as it is, which takes a tenth of the time.
 */
function folded(text: string): string {
  const even = BEYOND_ASCII.test(text) ? text.normalize('NFKC') : text;
  return even.toLowerCase().replace(UNEVEN_SPACE, ' ').trim();
}

const BEYOND_ASCII = /[^ -~\s]/;
const UNEVEN_SPACE = /\s\s+|[^\S ]/g;
