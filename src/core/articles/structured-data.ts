import { type Article, modifiedAt, updateAnchor } from './article.ts';
import type { Library } from './library.ts';
import { minuteOf } from './time-words.ts';

interface Parts {
  library: Library;
  siteUrl: URL;
}

/** An object of schema.org; what is undefined is left out. */
export type StructuredData = { '@type': string | string[] } & Record<string, unknown>;

/** What search engines are told of an article: that it is news and, while it goes on, a live report of it. */
export function articleData({ library, siteUrl }: Parts, article: Article): StructuredData {
  const { site } = library;
  const url = new URL(article.path, siteUrl).href;
  const author = library.author(article.author);
  const topics = article.topics.map((id) => library.topic(id).name);
  const isOngoing = article.status === 'ongoing';
  return {
    '@context': 'https://schema.org',
    '@type': isOngoing ? ['NewsArticle', 'LiveBlogPosting'] : 'NewsArticle',
    headline: article.title,
    description: article.dek || undefined,
    image: sharePicture(siteUrl, article),
    datePublished: minuteOf(article.published),
    dateModified: minuteOf(modifiedAt(article)),
    author: {
      '@type': author.kind === 'organization' ? 'Organization' : 'Person',
      name: author.name,
      url: new URL(author.path, siteUrl).href,
    },
    publisher: publisher(site.title, siteUrl),
    mainEntityOfPage: url,
    articleSection: topics[0],
    keywords: topics.length > 0 ? topics.join(', ') : undefined,
    isAccessibleForFree: true,
    correction: listed(article.corrections, correction),
    ...(isOngoing && {
      coverageStartTime: minuteOf(article.published),
      liveBlogUpdate: listed(article.updates, (update) => liveUpdate(update, url)),
    }),
  };
}

/** What they are told of the site: its name, and how to search it. */
export function siteData({ library: { site }, siteUrl }: Parts): StructuredData {
  return {
    '@context': 'https://schema.org',
    '@type': 'WebSite',
    name: site.title,
    description: site.description || undefined,
    url: siteUrl.href,
    inLanguage: site.language,
    publisher: { ...publisher(site.title, siteUrl), logo: new URL('/icon-512.png', siteUrl).href },
    potentialAction: {
      '@type': 'SearchAction',
      target: { '@type': 'EntryPoint', urlTemplate: `${siteUrl.href}search/?q={query}` },
      'query-input': 'required name=query',
    },
  };
}

/** The picture that stands for a page where a link to it is shared, 1200 by 630 pixels. */
export function sharePicture(siteUrl: URL, article?: Pick<Article, 'path'>): string {
  return new URL(`${article?.path ?? '/'}share.png`, siteUrl).href;
}

function publisher(name: string, siteUrl: URL): StructuredData {
  return { '@type': 'Organization', name, url: siteUrl.href };
}

type Note = Article['updates'][number];

function correction({ at, text }: Note): StructuredData {
  return { '@type': 'CorrectionComment', text, datePublished: minuteOf(at) };
}

function liveUpdate(update: Note, page: string): StructuredData {
  return {
    '@type': 'BlogPosting',
    headline: headlineOf(update.text),
    articleBody: update.text,
    datePublished: minuteOf(update.at),
    url: `${page}#${updateAnchor(update)}`,
  };
}

/** The first sentence, at most the 110 characters that search engines show. */
function headlineOf(text: string): string {
  const [sentence = text] = text.split(/(?<=[.!?])\s/u);
  return sentence.length <= 110 ? sentence : `${sentence.slice(0, 109).replace(/\s+\S*$/u, '')}…`;
}

function listed<T>(items: readonly T[], make: (item: T) => StructuredData): StructuredData[] | undefined {
  return items.length > 0 ? items.map(make) : undefined;
}
