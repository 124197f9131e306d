import type { CommentRules } from '../../articles/comment-rules.ts';
import type { Library } from '../../articles/library.ts';

import { type Clock, DAY, isoAfter } from '../../platform/clock.ts';
import type { Db } from '../../platform/db.ts';
import type { CommentState } from '../comment.ts';
import type { CommentRow } from '../comment-rows.ts';
import { type CommentSign, signsFrom, signsOf } from '../comment-signs.ts';
import { openness } from '../openness.ts';
import { placeOf } from '../placement.ts';
import { rulesNow, withKept } from '../rules/rules-now.ts';
import { commentsSince, knownBefore } from './rehearsal-rows.ts';

/** Where a comment would have gone; `refused`: the article would have taken no comment any more. */
export type RehearsedPlace = CommentState | 'refused';

/** One comment that the rules would have treated otherwise than those of now. */
export interface Difference {
  comment: Pick<CommentRow, 'id' | 'article' | 'name' | 'body' | 'state'>;
  now: RehearsedPlace;
  changed: RehearsedPlace;
  /** Why, in a word of ours. */
  reason: string;
}

export interface Rehearsal {
  /** How many comments were looked at. */
  comments: number;
  now: Partial<Record<RehearsedPlace, number>>;
  changed: Partial<Record<RehearsedPlace, number>>;
  differences: Difference[];
  /** Those whose network address is no longer kept: lists of networks say nothing about them. */
  withoutNetwork: number;
}

/** So many differences are kept; they are counted in any case. */
const MOST_KEPT = 1000;

/**
 * What other rules would have done to the comments of some days, beside what those of now do: each judged as if it came
 * anew, with the verdict that the filter gave. Changes nothing. Floods and duplicates are not played again. Entries that
 * are kept at the desk stand on the lists of both.
 *
 * @param rules as content/site.yaml would say them
 * @param progress is told how many have been looked at
 */
export async function rehearse(
  { db, clock, library }: { db: Db; clock: Clock; library: Library },
  rules: CommentRules,
  days: number,
  progress: (done: number) => void = () => {},
): Promise<Rehearsal> {
  const rehearsal: Rehearsal = { comments: 0, now: {}, changed: {}, differences: [], withoutNetwork: 0 };
  const since = isoAfter(clock.now(), -days * DAY);
  const both = { now: await rulesNow({ db, library }), changed: await withKept(db, rules) };
  for (let after = 0; ; ) {
    const comments = await commentsSince(db, since, after, 500);
    const last = comments.at(-1);
    if (!last) return rehearsal;
    for (const comment of comments) await play(rehearsal, { db, library, ...both }, comment);
    after = last.id;
    progress(rehearsal.comments);
  }
}

async function play(
  rehearsal: Rehearsal,
  rules: { db: Db; library: Library; now: CommentRules; changed: CommentRules },
  comment: CommentRow,
): Promise<void> {
  const { db, library } = rules;
  const isKnown = await knownBefore(db, comment);
  const [now] = placed(library, rules.now, comment, isKnown);
  const [changed, reason] = placed(library, rules.changed, comment, isKnown);
  rehearsal.comments++;
  rehearsal.now[now] = (rehearsal.now[now] ?? 0) + 1;
  rehearsal.changed[changed] = (rehearsal.changed[changed] ?? 0) + 1;
  if (isHash(comment.network)) rehearsal.withoutNetwork++;
  if (now !== changed && rehearsal.differences.length < MOST_KEPT)
    rehearsal.differences.push({ comment, now, changed, reason });
}

function placed(
  library: Library,
  rules: CommentRules,
  comment: CommentRow,
  isKnown: boolean,
): readonly [RehearsedPlace, string] {
  const article = library.written(comment.article);
  const clock = { now: () => new Date(comment.created_at) };
  if (
    article &&
    !openness({ library: { site: { ...library.site, comments: rules } }, clock }, article).isOpen
  )
    return ['refused', 'closed'];
  const facts = {
    verdict: comment.verdict ?? undefined,
    signs: signsAgain(comment, rules),
    forPerson: comment.for_person === 1,
    isKnown,
    isVerified: comment.verified === 1,
  };
  return placeOf(facts, rules);
}

/** What hung on the moment (how fast, how many were alike) stays as it was seen then. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set(['too-fast', 'repeated', 'trap']);

function signsAgain(comment: CommentRow, rules: CommentRules): CommentSign[] {
  const network = isHash(comment.network) ? null : comment.network;
  const facts = { ...comment, network, honeypot: '', secondsToWrite: undefined, alike: 0 };
  const anew = signsOf(facts, rules).filter(({ name }) => !OF_THE_MOMENT.has(name));
  return [...signsFrom(comment.signs).filter(({ name }) => OF_THE_MOMENT.has(name)), ...anew];
}

/** After 30 days a keyed hash stands in place of the address. */
function isHash(network: string | null): boolean {
  return network !== null && /^[0-9a-f]{32}$/.test(network);
}
