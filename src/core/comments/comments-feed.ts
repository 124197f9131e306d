import type { Article } from '../articles/article.ts';
import type { WrittenFeed } from '../articles/article-feed.ts';
import { commentsFeedPath } from '../articles/article-feed.ts';
import { atom } from '../articles/atom.ts';
import { FEED_TYPES, type FeedItem, newestOf } from '../articles/feed.ts';
import { feedHtml } from '../articles/feed-html.ts';
import type { Library } from '../articles/library.ts';
import { commentPath, type PublishedComment } from './comment.ts';
import type { Order } from './discussion.ts';

/** How many comments the feed carries. */
export const FEED_LENGTH = 50;

/** The newest published comments on an article, newest first. Atom, as RSS cannot say which comment answers which. */
export function commentsFeed(
  { library, siteUrl }: { library: Library; siteUrl: URL },
  article: Article,
  comments: readonly PublishedComment[],
): WrittenFeed {
  const page = new URL(article.path, siteUrl);
  const updated = newestOf(comments.map(({ at, edited }) => edited ?? at)) ?? article.published;
  const text = atom({
    title: `Comments on ${article.title}`,
    description: `What readers say about “${article.title}”.`,
    language: library.site.language,
    page: new URL('#comments', page).href,
    self: new URL(commentsFeedPath(article), siteUrl).href,
    home: siteUrl.href,
    updated,
    items: comments.map((comment) => feedItem(comment, page, library.site.comments.order)),
  });
  return { type: FEED_TYPES['atom.xml'], text, updated };
}

function feedItem(comment: PublishedComment, page: URL, order: Order): FeedItem {
  const { number, name, website, html, at, edited, parent } = comment;
  return {
    url: permalink(page, number, order),
    title: `Comment ${number} by ${name}`,
    summary: '',
    html: feedHtml(html, page),
    published: at,
    updated: edited ?? at,
    author: { name, url: website !== null && isPlainAddress(website) ? website : undefined },
    tags: [],
    inReplyTo: parent?.number && parent.name ? permalink(page, parent.number, order) : page.href,
  };
}

function permalink(page: URL, number: number, order: Order): string {
  return new URL(commentPath(page.pathname.split('/')[2] ?? '', number, order), page).href;
}

/** A web address of RFC 3986's characters alone: Atom takes no other, and a stranger typed it. */
function isPlainAddress(address: string): boolean {
  return /^https?:\/\/[\w\-.~!$&'()*+,;=:@/?%#]+$/.test(address);
}
