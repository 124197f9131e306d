import { type Article, articlePath } from '../articles/article.ts';
import { isoAfter, isoTime } from '../platform/clock.ts';
import { parseEmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';
import { insertToken } from '../platform/token-rows.ts';
import { randomToken } from '../platform/tokens.ts';
import { HONEYPOT_FIELD } from '../spam/local-signs.ts';
import type { CheckedFields } from '../spam/spam-filter.ts';
import { CHECK_LEASE_MS, type CommentParts, checkComment, withPatience } from './check-comment.ts';
import { nameKey } from './comment.ts';
import { cleanText, commentHtml } from './comment-markup.ts';
import { commentById, insertComment, insertCommentEvent } from './comment-rows.ts';

export const NAME_MAX = 80;
export const BODY_MAX = 5000;
const WEBSITE_MAX = 200;
/** So much of what a program typed into the trap is worth keeping. */
const HONEYPOT_MAX = 200;
/** How long a reader waits for the filter before they are shown a receipt that says "waiting". */
const PATIENCE_MS = 200;

/** A comment as it was sent: form fields as typed, and where they came from. */
export interface CommentDraft {
  article: string;
  name: string;
  email: string;
  website: string;
  body: string;
  /** Id of the comment that it answers, or empty. */
  parent: string;
  notify: boolean;
  /** What stands in the field that people do not see. */
  honeypot: string;
  network: string;
  userAgent: string;
  referrer: string;
}

/**
 * Saves a reader's comment, then asks the spam filter about it.
 * Saved first: a broken filter can delay a comment, never lose it.
 *
 * @returns the token of its receipt
 * @throws AppError `not-found` (no such article), `conflict` (closed), `invalid` with the fields that are wrong,
 *   `limited` (too many from one network)
 */
export async function postComment(parts: CommentParts, draft: CommentDraft): Promise<{ receipt: string }> {
  const article = parts.library.article(draft.article);
  if (!article) throw new AppError('not-found', 'There is no such article.');
  if (article.comments === 'closed') throw new AppError('conflict', 'Comments on this article are closed.');
  const checked = await checkedDraft(parts, draft);
  parts.limits.take('comment', draft.network);
  const { id, receipt } = await save(parts, article, draft, checked);
  await withPatience(inBackground(parts, checkComment(parts, id)), PATIENCE_MS);
  return { receipt };
}

interface CheckedDraft {
  name: string;
  email: string;
  emailKey: string;
  website: string | null;
  body: string;
  parent: number | null;
}

async function checkedDraft({ db }: CommentParts, draft: CommentDraft): Promise<CheckedDraft> {
  const wrong: Record<string, string> = {};
  const name = cleanText(draft.name).replace(/\s+/g, ' ').trim();
  if (!name) wrong.name = 'Write the name that should stand beside your comment.';
  else if (name.length > NAME_MAX) wrong.name = `Shorten the name to ${NAME_MAX} characters.`;
  const email = parseEmailAddress(draft.email);
  if (!email)
    wrong.email = draft.email.trim()
      ? 'This does not look like a mail address. It should be like name@example.org.'
      : 'Write your mail address. It will not be published.';
  const website = websiteOf(draft.website);
  if (website === undefined)
    wrong.website =
      'This does not look like a web address. It should be like https://example.org, or be left empty.';
  const body = cleanText(draft.body).trim();
  if (!body) wrong.body = 'Write your comment.';
  else if (body.length > BODY_MAX)
    wrong.body = `It has ${body.length} characters. Shorten it to ${BODY_MAX}.`;
  const parent = draft.parent ? Number(draft.parent) : null;
  if (parent !== null) {
    const above = Number.isSafeInteger(parent) ? await commentById(db, parent) : undefined;
    if (above?.article !== draft.article || above.state !== 'published')
      wrong.parent = 'The comment that you answer is no longer there.';
  }
  if (Object.keys(wrong).length > 0 || !email || website === undefined) {
    throw new AppError(
      'invalid',
      'Something in the form needs a change. What you wrote is still there.',
      wrong,
    );
  }
  return { name, email: email.address, emailKey: email.key, website, body, parent };
}

/** The address in full, null where the field was left empty, undefined where it is none. */
function websiteOf(typed: string): string | null | undefined {
  const text = typed.trim();
  if (!text) return null;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[\w.-]+:\d/.test(text) ? text : `https://${text}`;
  if (whole.length > WEBSITE_MAX || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const isWeb =
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.hostname.includes('.') &&
    !url.username &&
    !url.password;
  return isWeb ? url.href : undefined;
}

async function save(parts: CommentParts, article: Article, draft: CommentDraft, checked: CheckedDraft) {
  const { db, clock } = parts;
  const now = clock.now();
  const at = isoTime(now);
  return db.transaction().execute(async (trx) => {
    const id = await insertComment(trx, {
      article: article.slug,
      parent_id: checked.parent,
      name: checked.name,
      name_key: nameKey(checked.name),
      email: checked.email,
      email_key: checked.emailKey,
      website: checked.website,
      body: checked.body,
      html: commentHtml(checked.body),
      state: 'unchecked',
      reason: 'waiting',
      notify: draft.notify ? 1 : 0,
      network: draft.network,
      user_agent: draft.userAgent,
      referrer: draft.referrer,
      check_at: at,
      lease_until: isoAfter(now, CHECK_LEASE_MS), // this process asks first
      checked_fields: JSON.stringify(fieldsFor(parts, article, draft, checked, at)),
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
    return { id, receipt };
  });
}

/** Akismet's comment-check: only what is honestly known, no cookie and no other header. */
function fieldsFor(
  { siteUrl, library }: CommentParts,
  article: Article,
  draft: CommentDraft,
  checked: CheckedDraft,
  at: string,
): CheckedFields {
  const known: Record<string, string | null> = {
    user_ip: draft.network,
    user_agent: draft.userAgent,
    referrer: draft.referrer,
    permalink: new URL(articlePath(article.slug), siteUrl).href,
    comment_type: checked.parent === null ? 'comment' : 'reply',
    comment_author: checked.name,
    comment_author_email: checked.email,
    comment_author_url: checked.website,
    comment_content: checked.body,
    comment_date_gmt: at,
    comment_post_modified_gmt: article.published,
    comment_parent: checked.parent === null ? null : String(checked.parent),
    blog_lang: library.site.language,
    blog_charset: 'UTF-8',
    honeypot_field_name: HONEYPOT_FIELD,
    [HONEYPOT_FIELD]: draft.honeypot.slice(0, HONEYPOT_MAX),
    is_test: siteUrl.hostname === 'localhost' ? '1' : null,
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

/** The check goes on after the answer to the reader; a bug in it is logged, and the worker asks again. */
async function inBackground({ log, background }: CommentParts, checking: Promise<void>): Promise<void> {
  const noted = checking.catch((error: unknown) => log.error('bug.comment-check', { error }));
  background.add(noted);
  await noted;
  background.delete(noted);
}
