import { type Clock, isoTime } from '../platform/clock.ts';
import { type Article, modifiedAt } from './article.ts';
import { atom } from './atom.ts';
import { FEED_TYPES, type Feed, type FeedFile, type FeedItem, newestOf } from './feed.ts';
import { fullText } from './full-text.ts';
import { jsonFeed } from './json-feed.ts';
import type { Library } from './library.ts';
import { plainAddress } from './pictures/picture-html.ts';
import type { Pictures } from './pictures/pictures.ts';
import { rss } from './rss.ts';

/** How many articles a feed carries, newest first. */
const FEED_LENGTH = 20;
const WRITERS = { 'rss.xml': rss, 'atom.xml': atom, 'feed.json': jsonFeed };

export interface FeedParts {
  library: Library;
  pictures: Pictures;
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
export async function articleFeed(
  parts: FeedParts,
  file: FeedFile,
  topic?: string,
): Promise<WrittenFeed | undefined> {
  const feed = await feedAbout(parts, file, topic);
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

async function feedAbout(parts: FeedParts, file: FeedFile, topic?: string): Promise<Feed | undefined> {
  const { library, siteUrl, clock } = parts;
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
    items: await Promise.all(articles.map((article) => feedItem(article, parts))),
  };
}

async function feedItem(article: Article, parts: FeedParts): Promise<FeedItem> {
  const { library, pictures, siteUrl } = parts;
  const page = new URL(article.path, siteUrl);
  const author = library.author(article.author);
  const image = article.image && (await plainAddress(pictures, article.path, article.image.src));
  return {
    url: page.href,
    title: article.title,
    summary: article.dek,
    html: await fullText(article, parts, page),
    published: article.published,
    updated: modifiedAt(article),
    author: { name: author.name, url: new URL(author.path, siteUrl).href },
    tags: article.topics.map((id) => library.topic(id).name),
    image: image && new URL(image, page).href,
    replies: {
      page: new URL('#comments', page).href,
      feed: new URL(commentsFeedPath(article), siteUrl).href,
    },
  };
}
