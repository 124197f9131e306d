import type { Article } from '../articles/article.ts';
import type { CommentRules } from '../articles/comment-rules.ts';
import type { Library } from '../articles/library.ts';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { insertToken } from '../platform/token-rows.ts';
import { randomToken } from '../platform/tokens.ts';
import { checkComment, firstQuestion, withPatience } from './check-comment.ts';
import { nameKey } from './comment.ts';
import { type CheckedDraft, type CommentDraft, checkedDraft } from './comment-draft.ts';
import type { CommentParts } from './comment-parts.ts';
import { earlierTwin, insertComment, insertCommentEvent } from './comment-rows.ts';
import { type CommentSign, signsOf } from './comment-signs.ts';
import { pictureName } from './commenter-picture.ts';
import { lockDiscussion } from './discussion-rows.ts';
import { filterFields } from './filter-fields.ts';
import { secondsSince } from './form-stamp.ts';
import { likenessKeys } from './likeness/likeness.ts';
import { alikeTo, insertLikeness, joinClusters, newCluster } from './likeness/likeness-rows.ts';
import { commentHtml } from './markup/comment-markup.ts';
import { openness } from './openness.ts';
import { placeWithoutFilter } from './place-comment.ts';
import { placeBeforeFilter } from './placement.ts';
import { rulesNow } from './rules/rules-now.ts';
import { type SecondThought, secondThoughts } from './second-thoughts/second-thoughts.ts';

export { BODY_MAX, type CommentDraft, NAME_MAX } from './comment-draft.ts';

/** How long a reader waits for the filter before they are shown a receipt that says "waiting". */
const PATIENCE_MS = 200;

export type Posted =
  | { state: 'posted'; id: number; receipt: string }
  /** Not saved: something in it should not be sent without a second look. */
  | { state: 'think-again'; thoughts: SecondThought[] }
  /** Not saved again: the same words of the same person stand there already. */
  | { state: 'posted-before'; id: number };

/**
 * Saves a reader's comment, then asks the spam filter about it.
 * Saved first: a broken filter can delay a comment, never lose it.
 *
 * @throws AppError `not-found` (no such article), `conflict` (closed), `invalid` with the fields that are wrong,
 *   `limited` (too many from one network, on one article, or in all)
 */
export async function postComment(parts: CommentParts, draft: CommentDraft): Promise<Posted> {
  const article = openArticle(parts, draft.article);
  const checked = await checkedDraft(parts, draft);
  const thoughts = draft.anyway ? [] : thoughtsAbout(parts, checked);
  if (thoughts.length > 0) return { state: 'think-again', thoughts };
  takeFromLimits(parts, draft);
  const saved = await save(parts, article, draft, checked);
  if ('twin' in saved) return { state: 'posted-before', id: saved.twin };
  if (saved.clusters.length > 1) await joinClusters(parts.db, saved.clusters);
  if (saved.isWaiting) {
    const patience = parts.spam?.isSilent ? 0 : PATIENCE_MS;
    await withPatience(inBackground(parts, checkComment(parts, saved.id)), patience);
  }
  return { state: 'posted', id: saved.id, receipt: saved.receipt };
}

/** @throws AppError `not-found`, `conflict` where it takes no comments, with the reason */
export function openArticle(parts: CommentParts, slug: string): Article {
  const article = parts.library.article(slug);
  if (!article) throw new AppError('not-found', 'There is no such article.');
  const open = openness(parts, article);
  if (!open.isOpen) throw new AppError('conflict', open.words);
  return article;
}

/** What its writer should look at before it is sent. */
export function thoughtsAbout(
  { library }: { library: Library },
  { body }: Pick<CheckedDraft, 'body'>,
): SecondThought[] {
  const known = indicatorsOf(library);
  return secondThoughts(body, (place) => withParents(place).some((one) => known.has(one)));
}

const indicators = new WeakMap<object, ReadonlySet<string>>();

/** Every indicator that an article names; looked up once for each state of the library. */
function indicatorsOf(library: Library): ReadonlySet<string> {
  const articles = library.articles();
  const known = indicators.get(articles);
  if (known) return known;
  const found = new Set(articles.flatMap((article) => article.indicators.map((one) => one.toLowerCase())));
  indicators.set(articles, found);
  return found;
}

/** A host with the domains above it, as an indicator speaks for all under it; a whole address by itself. */
function withParents(place: string): string[] {
  const lower = place.toLowerCase();
  if (lower.includes('/')) return [lower];
  const labels = lower.split('.');
  return labels.slice(0, -1).map((_, from) => labels.slice(from).join('.'));
}

function takeFromLimits({ limits, library }: CommentParts, { article, network }: CommentDraft): void {
  const { flood } = library.site.comments;
  limits.take('comment', network, flood.network, [
    { name: `on ${article}`, rate: flood.article },
    { name: 'overall', rate: flood.overall },
  ]);
}

function twinOf({ slug }: Article, { network }: CommentDraft, { emailKey, name, body }: CheckedDraft) {
  return { article: slug, emailKey, nameKey: nameKey(name), body, network };
}

async function save(parts: CommentParts, article: Article, draft: CommentDraft, checked: CheckedDraft) {
  const { db, clock, siteUrl, spam } = parts;
  const now = clock.now();
  const at = isoTime(now);
  const keys = likenessKeys({ ...checked, ownHosts: [siteUrl.hostname] });
  const forPerson = draft.forPerson ?? false;
  const rules = await rulesNow(parts);
  return db.transaction().execute(async (trx) => {
    await lockDiscussion(trx, article.slug); // the same twice at once, as a second press sends it
    const twin = await earlierTwin(trx, twinOf(article, draft, checked), isoAfter(now, -DAY));
    if (twin !== undefined) return { twin };
    const { alike, clusters } = await alikeTo(trx, keys, now);
    const cluster = clusters[0] ?? newCluster();
    const signs = signsFor(parts, draft, { ...checked, alike }, rules);
    const asks = spam !== undefined && placeBeforeFilter({ signs, forPerson }) === undefined;
    const first = firstQuestion(parts);
    const id = await insertComment(trx, {
      ...rowOf(parts, article, draft, checked),
      for_person: forPerson ? 1 : 0,
      signs: JSON.stringify(signs),
      cluster,
      ...first.change,
      checked_fields: asks ? JSON.stringify(filterFields(parts, article, draft, checked, at)) : null,
      created_at: at,
    });
    const receipt = randomToken();
    await insertToken(trx, { purpose: 'receipt', token: receipt, subject: String(id), now: at });
    await insertCommentEvent(trx, {
      comment_id: id,
      at,
      actor: 'commenter',
      state: 'unchecked',
      reason: 'waiting',
    });
    await insertLikeness(trx, id, keys, at);
    if (!asks) await placeWithoutFilter(trx, parts, id);
    return { id, receipt, clusters, isWaiting: asks && first.isNow };
  });
}

function signsFor(
  parts: CommentParts,
  { honeypot, network, stamp }: CommentDraft,
  { name, email, website, body, alike }: CheckedDraft & { alike: number },
  rules: CommentRules,
): CommentSign[] {
  const secondsToWrite = secondsSince(parts, stamp);
  const facts = { name, email, website, body, network, honeypot, secondsToWrite, alike };
  return signsOf(facts, rules);
}

function rowOf({ secret }: CommentParts, { slug }: Article, draft: CommentDraft, checked: CheckedDraft) {
  return {
    article: slug,
    parent_id: checked.parent,
    name: checked.name,
    name_key: nameKey(checked.name),
    email: checked.email,
    email_key: checked.emailKey,
    website: checked.website,
    verified: checked.isVerified ? 1 : 0,
    picture: checked.emailKey === '' ? null : pictureName(secret, checked.emailKey),
    body: checked.body,
    html: commentHtml(checked.body),
    state: 'unchecked',
    reason: 'waiting',
    notify: draft.notify && checked.email !== '' ? 1 : 0,
    network: draft.network,
    user_agent: draft.userAgent,
    referrer: draft.referrer,
  } as const;
}

/** The check goes on after the answer to the reader; a bug in it is logged, and the worker asks again. */
export async function inBackground(
  { log, background }: CommentParts,
  checking: Promise<void>,
): Promise<void> {
  const noted = checking.catch((error: unknown) => log.error('bug.comment-check', { error }));
  background.add(noted);
  await noted;
  background.delete(noted);
}
