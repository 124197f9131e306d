import type { App } from '#core/app.ts';
import type { Article } from '#core/articles/article.ts';
import { commentHtml } from '#core/comments/markup/comment-markup.ts';
import { postComment } from '#core/comments/post-comment.ts';
import { commentOfReceipt } from '#core/comments/receipt.ts';
import type { SecondThought } from '#core/comments/second-thoughts/second-thoughts.ts';
import { AppError } from '#core/platform/errors.ts';
import type { SafeHtml } from '#core/platform/safe-html.ts';
import { HONEYPOT_FIELD } from '#core/spam/local-signs.ts';
import { receiptsIn, withReceipt } from './receipt-cookie.ts';

const FIELDS = ['name', 'email', 'website', 'body', 'parent', 'notify', 'person', 'reader'] as const;
/** What was typed into the form of a comment. */
export type CommentValues = Record<(typeof FIELDS)[number], string>;

/** What a posted comment came to. */
export type CommentPost =
  /** Saved, now or before: on to its receipt. */
  | { state: 'saved'; location: string; cookie?: string }
  /** Not saved: the form is shown again, with every word. */
  | { state: 'previewed'; values: CommentValues; html: SafeHtml }
  | { state: 'think-again'; values: CommentValues; thoughts: SecondThought[] }
  | { state: 'refused'; values: CommentValues; error: AppError };

/** How the form came: the client's address with proxies seen through, and headers that are told to the filter. */
export interface CommentSender {
  address: string;
  userAgent: string | null | undefined;
  referrer: string | null | undefined;
  cookie: string | null | undefined;
}

/** A preview of more is of no use to anybody. */
const MOST_PREVIEWED = 20_000;
/** So much of a header is kept. */
const MOST_KEPT = 500;

/**
 * Takes a comment as its form sends it.
 *
 * @param text gives a field's value, or an empty text
 * @throws AppError `not-found` where there is no such article
 */
export async function takeComment(
  app: App,
  article: Pick<Article, 'slug' | 'path'>,
  text: (name: string) => string,
  sender: CommentSender,
): Promise<CommentPost> {
  const values = Object.fromEntries(FIELDS.map((field) => [field, text(field)])) as CommentValues;
  if (text('action') === 'preview')
    return { state: 'previewed', values, html: commentHtml(values.body.slice(0, MOST_PREVIEWED)) };
  try {
    const posted = await postComment(app, {
      ...values,
      article: article.slug,
      notify: values.notify !== '',
      forPerson: values.person !== '',
      anyway: text('anyway') !== '',
      stamp: text('stamp'),
      honeypot: text(HONEYPOT_FIELD),
      network: sender.address,
      userAgent: sender.userAgent?.slice(0, MOST_KEPT) ?? '',
      referrer: toldReferrer(app.siteUrl, article, sender.referrer ?? ''),
    });
    if (posted.state === 'think-again') return { ...posted, values };
    if (posted.state === 'posted-before') return await postedBefore(app, posted.id, values, sender);
    const isSecure = app.siteUrl.protocol === 'https:';
    const cookie = withReceipt(sender.cookie, posted.receipt, { path: article.path, isSecure });
    return { state: 'saved', location: receiptPath(posted.receipt), cookie };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'not-found') throw error;
    return { state: 'refused', values, error };
  }
}

/** Where the writer came from, as far as that is no secret: a page of our own may carry a token in its address. */
function toldReferrer(siteUrl: URL, { path }: Pick<Article, 'path'>, referrer: string): string {
  const url = URL.parse(referrer);
  if (!url || !/^https?:$/.test(url.protocol)) return '';
  if (url.host === siteUrl.host) return new URL(path, siteUrl).href;
  return (url.origin + url.pathname).slice(0, MOST_KEPT);
}

/** Only the browser that has its receipt is led to it: others who know the words are told no more than that. */
async function postedBefore(
  app: App,
  id: number,
  values: CommentValues,
  { cookie }: CommentSender,
): Promise<CommentPost> {
  for (const receipt of receiptsIn(cookie))
    if ((await commentOfReceipt(app, receipt))?.id === id)
      return { state: 'saved', location: receiptPath(receipt) };
  return { state: 'refused', values, error: new AppError('conflict', POSTED_BEFORE) };
}

const POSTED_BEFORE =
  'These words of yours are saved already: they are under the article, or wait to be. They are not saved twice.';

function receiptPath(receipt: string): string {
  return `/comments/${receipt}/`;
}
