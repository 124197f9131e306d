import type { Article } from '../articles/article.ts';
import type { WrittenFeed } from '../articles/article-feed.ts';
import { commentsFeedPath } from '../articles/article-feed.ts';
import { atom } from '../articles/atom.ts';
import { FEED_TYPES, type FeedItem, newestOf } from '../articles/feed.ts';
import { feedHtml } from '../articles/feed-html.ts';
import type { Library } from '../articles/library.ts';
import type { PublishedComment } from './comment.ts';

/** How many comments the feed carries, newest first. */
const FEED_LENGTH = 50;

/** The published comments on an article. Atom, as RSS cannot say which comment answers which. */
export function commentsFeed(
  { library, siteUrl }: { library: Library; siteUrl: URL },
  article: Article,
  comments: readonly PublishedComment[],
): WrittenFeed {
  const page = new URL(article.path, siteUrl);
  const updated = newestOf(comments.map(({ at }) => at)) ?? article.published;
  const known = new Set(comments.map(({ id }) => id));
  const text = atom({
    title: `Comments on ${article.title}`,
    description: `What readers say about “${article.title}”.`,
    language: library.site.language,
    page: new URL('#comments', page).href,
    self: new URL(commentsFeedPath(article), siteUrl).href,
    home: siteUrl.href,
    updated,
    items: comments
      .slice(-FEED_LENGTH)
      .reverse()
      .map((comment) => feedItem(comment, page, known)),
  });
  return { type: FEED_TYPES['atom.xml'], text, updated };
}

function feedItem(comment: PublishedComment, page: URL, known: ReadonlySet<number>): FeedItem {
  const permalink = (id: number) => new URL(`#comment-${id}`, page).href;
  const { id, number, name, website, html, at, parent } = comment;
  return {
    url: permalink(id),
    title: `Comment ${number} by ${name}`,
    summary: '',
    html: feedHtml(html, page),
    published: at,
    updated: at,
    author: { name, url: website !== null && isPlainAddress(website) ? website : undefined },
    tags: [],
    inReplyTo: parent !== null && known.has(parent) ? permalink(parent) : page.href,
  };
}

/** A web address of RFC 3986's characters alone: Atom takes no other, and a stranger typed it. */
function isPlainAddress(address: string): boolean {
  return /^https?:\/\/[\w\-.~!$&'()*+,;=:@/?%#]+$/.test(address);
}
