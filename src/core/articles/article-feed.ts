import { type Clock, isoTime } from '../platform/clock.ts';
import { type Article, modifiedAt } from './article.ts';
import { atom } from './atom.ts';
import { FEED_TYPES, type Feed, type FeedFile, type FeedItem, newestOf } from './feed.ts';
import { fullText } from './full-text.ts';
import { jsonFeed } from './json-feed.ts';
import type { Library } from './library.ts';
import { rss } from './rss.ts';

/** How many articles a feed carries, newest first. */
const FEED_LENGTH = 20;
const WRITERS = { 'rss.xml': rss, 'atom.xml': atom, 'feed.json': jsonFeed };

export interface FeedParts {
  library: Library;
  siteUrl: URL;
  clock: Clock;
}

/** A feed as it is sent. */
export interface WrittenFeed {
  type: string;
  text: string;
  updated: string;
}

/** The articles of the site, or of one topic, with their full text; undefined for a topic without any. */
export function articleFeed(parts: FeedParts, file: FeedFile, topic?: string): WrittenFeed | undefined {
  const feed = feedAbout(parts, file, topic);
  return feed && { type: FEED_TYPES[file], text: WRITERS[file](feed), updated: feed.updated };
}

/** Where the feeds of an article's topic or of the site stand: before `rss.xml` and its sisters. */
export function feedFolder(topic?: string): string {
  return topic === undefined ? '/' : `/topics/${topic}/`;
}

/** The feed of the comments on an article. */
export function commentsFeedPath({ path }: Pick<Article, 'path'>): string {
  return `${path}comments.xml`;
}

function feedAbout({ library, siteUrl, clock }: FeedParts, file: FeedFile, topic?: string): Feed | undefined {
  const { site } = library;
  const about = topic === undefined ? undefined : library.topic(topic);
  const articles = (about ? library.articlesOn(about.id) : library.articles()).slice(0, FEED_LENGTH);
  if (about && articles.length === 0) return undefined;
  return {
    title: about ? `${site.title}: ${about.name}` : site.title,
    description: about?.dek || site.description || site.tagline,
    language: site.language,
    page: new URL(feedFolder(about?.id), siteUrl).href,
    self: new URL(feedFolder(about?.id) + file, siteUrl).href,
    home: siteUrl.href,
    updated: newestOf(articles.map(modifiedAt)) ?? isoTime(clock.now()),
    items: articles.map((article) => feedItem(article, library, siteUrl)),
  };
}

function feedItem(article: Article, library: Library, siteUrl: URL): FeedItem {
  const page = new URL(article.path, siteUrl);
  const author = library.author(article.author);
  return {
    url: page.href,
    title: article.title,
    summary: article.dek,
    html: fullText(article, library, page),
    published: article.published,
    updated: modifiedAt(article),
    author: { name: author.name, url: new URL(author.path, siteUrl).href },
    tags: article.topics.map((id) => library.topic(id).name),
    image: article.image && new URL(article.image.src, page).href,
    replies: {
      page: new URL('#comments', page).href,
      feed: new URL(commentsFeedPath(article), siteUrl).href,
    },
  };
}
