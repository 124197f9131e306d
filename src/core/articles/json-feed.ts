import type { Feed, FeedItem } from './feed.ts';
import { legalText } from './xml.ts';

/** JSON Feed 1.1 with the full text. */
export function jsonFeed(feed: Feed): string {
  const contents = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.page,
    feed_url: feed.self,
    description: feed.description,
    icon: new URL('/icon-512.png', feed.home).href,
    favicon: new URL('/icon-192.png', feed.home).href,
    language: feed.language,
    items: feed.items.map((one) => item(one, feed)),
  };
  return JSON.stringify(contents, (_name, value) => (typeof value === 'string' ? legalText(value) : value));
}

/** What is undefined is left out. */
function item({ url, title, summary, html, image, author, tags, ...times }: FeedItem, { language }: Feed) {
  return {
    id: url,
    url,
    title,
    content_html: html,
    summary: summary || undefined,
    image,
    date_published: times.published,
    date_modified: times.updated,
    authors: [author],
    tags: tags.length > 0 ? tags : undefined,
    language,
  };
}
