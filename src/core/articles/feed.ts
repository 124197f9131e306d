import type { SafeHtml } from '../platform/safe-html.ts';

/** What a feed says, whichever format it is written in. Addresses are whole, times UTC text. */
export interface Feed {
  title: string;
  description: string;
  language: string;
  /** The page that it follows. */
  page: string;
  /** Its own address, and its identity. */
  self: string;
  /** The site's home page. */
  home: string;
  /** When anything in it last changed. */
  updated: string;
  /** Newest first. */
  items: FeedItem[];
}

export interface FeedItem {
  /** The permalink, which is its identity too: it is the same in every feed and never changes. */
  url: string;
  /** Plain text, as is everything but `html`. */
  title: string;
  summary: string;
  /** The full text. */
  html: SafeHtml;
  published: string;
  updated: string;
  author: { name: string; url: string | undefined };
  tags: string[];
  image?: string | undefined;
  /** Where its comments are read, and their feed. */
  replies?: { page: string; feed: string };
  /** The permalink of what it answers. */
  inReplyTo?: string;
}

/** Each form of a feed under the file name that ends its address. */
export const FEED_TYPES = {
  'rss.xml': 'application/rss+xml',
  'atom.xml': 'application/atom+xml',
  'feed.json': 'application/feed+json',
} as const;
export type FeedFile = keyof typeof FEED_TYPES;

/** The newest of some times; undefined for none. */
export function newestOf(times: Iterable<string>): string | undefined {
  let newest: string | undefined;
  for (const time of times) if (newest === undefined || time > newest) newest = time;
  return newest;
}
