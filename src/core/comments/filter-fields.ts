import { type Article, articlePath } from '../articles/article.ts';
import type { Library } from '../articles/library.ts';
import { HONEYPOT_FIELD } from '../spam/local-signs.ts';
import type { CheckedFields } from '../spam/spam-filter.ts';
import type { CheckedDraft, CommentDraft } from './comment-draft.ts';

/** So much of what a program typed into the trap is worth keeping. */
const HONEYPOT_MAX = 200;

/** Every field that may be sent, and what it holds. */
export const FILTER_FIELDS = {
  user_ip: 'the network address',
  user_agent: 'the browser’s description of itself',
  referrer: 'the page before the form',
  permalink: 'the address of the article',
  comment_type: 'comment or reply',
  comment_author: 'the name',
  comment_author_email: 'the e-mail address',
  comment_author_url: 'the website, where one was given',
  comment_content: 'the text',
  comment_date_gmt: 'when it was sent',
  comment_post_modified_gmt: 'when the article was published',
  comment_parent: 'the number of the comment that it answers',
  comment_context: 'the topics of the article',
  user_role: 'that the writer is a confirmed subscriber',
  blog_lang: 'the language of the site',
  blog_charset: 'how the text is written, UTF-8',
  honeypot_field_name: 'the name of a field that people do not see',
  [HONEYPOT_FIELD]: 'what a program has typed into it',
  is_test: 'that the site is under test',
  recheck_reason: 'that the text was changed',
} as const;

type FilterField = keyof typeof FILTER_FIELDS;

/** Akismet's comment-check: only what is honestly known, no cookie and no other header. */
export function filterFields(
  { siteUrl, library }: { siteUrl: URL; library: Library },
  article: Article,
  draft: Pick<CommentDraft, 'network' | 'userAgent' | 'referrer' | 'honeypot'>,
  checked: CheckedDraft,
  at: string,
): CheckedFields {
  const isReply = checked.parent !== null;
  const known: Record<Exclude<FilterField, 'recheck_reason'>, string | readonly string[] | null> = {
    user_ip: draft.network,
    user_agent: draft.userAgent,
    referrer: draft.referrer,
    permalink: new URL(articlePath(article.slug), siteUrl).href,
    comment_type: isReply ? 'reply' : 'comment',
    comment_author: checked.name,
    comment_author_email: checked.email,
    comment_author_url: checked.website,
    comment_content: checked.body,
    comment_date_gmt: at,
    comment_post_modified_gmt: article.published,
    comment_parent: isReply ? String(checked.parent) : null,
    comment_context: article.topics.map((id) => library.topic(id).name),
    user_role: checked.isVerified ? 'subscriber' : null,
    blog_lang: library.site.language,
    blog_charset: 'UTF-8',
    honeypot_field_name: HONEYPOT_FIELD,
    [HONEYPOT_FIELD]: draft.honeypot.slice(0, HONEYPOT_MAX),
    is_test: siteUrl.protocol === 'https:' ? null : '1', // what is reached by http is a site under test
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, string | string[]] => Boolean(entry[1]?.length)),
  );
}

/** The same comment after its writer has changed it. */
export function editedFields(fields: CheckedFields, body: string): CheckedFields {
  const edited: Partial<Record<FilterField, string>> = { comment_content: body, recheck_reason: 'edit' };
  return { ...fields, ...edited };
}
