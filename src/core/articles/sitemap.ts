import { modifiedAt } from './article.ts';
import { newestOf } from './feed.ts';
import type { Library } from './library.ts';
import { xmlText } from './xml.ts';

/** A page that search engines may find, and when it last changed, where that is known. */
export interface SitemapEntry {
  url: string;
  modified: string | undefined;
}

/** sitemaps.org: so much at most in one file. */
const MOST_URLS = 50_000;
const MOST_BYTES = 50 * 1024 * 1024;

/** Every page of the site but those of one person or one moment. */
export function sitemapEntries({ library, siteUrl }: { library: Library; siteUrl: URL }): SitemapEntry[] {
  const articles = library.articles();
  const newest = (of: typeof articles) => newestOf(of.map(modifiedAt));
  const entry = (path: string, modified?: string) => ({ url: new URL(path, siteUrl).href, modified });
  const authors = new Set(articles.map((article) => article.author));
  return [
    entry('/', newest(articles)),
    entry('/articles/', newest(articles)),
    entry('/topics/', newest(articles)),
    entry('/archive/', newest(articles)),
    ...['/newsletter/', '/newsletter/editions/'].map((path) => entry(path)),
    entry('/security/'),
    ...library.topics().map(({ id }) => entry(`/topics/${id}/`, newest(library.articlesOn(id)))),
    ...library.series().map(({ id }) => entry(`/series/${id}/`, newest(library.articlesInSeries(id)))),
    ...library.years().map(({ year }) => entry(`/archive/${year}/`, newest(library.articlesIn(year)))),
    ...[...authors].map((id) => entry(`/authors/${id}/`, newest(library.articlesBy(id)))),
    ...library.pages().map(({ path }) => entry(path)),
    ...articles.map((article) => entry(article.path, modifiedAt(article))),
  ];
}

/** The sitemap: the one file where all fits in it, else an index of `/sitemap-1.xml` and so on. */
export function sitemap(entries: readonly SitemapEntry[], siteUrl: URL): string {
  const parts = partsOf(entries);
  return parts.length === 1 ? urlSet(parts[0] ?? []) : sitemapIndex(parts, siteUrl);
}

/** A file that the index names, counted from 1; undefined where there is none. */
export function sitemapPart(entries: readonly SitemapEntry[], number: number): string | undefined {
  const parts = partsOf(entries);
  const part = parts[number - 1];
  return part && parts.length > 1 ? urlSet(part) : undefined;
}

function partsOf(entries: readonly SitemapEntry[]): SitemapEntry[][] {
  let part: SitemapEntry[] = [];
  let bytes = FRAME.length;
  const parts = [part];
  for (const entry of entries) {
    const length = Buffer.byteLength(element('url', entry));
    if (part.length === MOST_URLS || bytes + length > MOST_BYTES) {
      part = [];
      bytes = FRAME.length;
      parts.push(part);
    }
    part.push(entry);
    bytes += length;
  }
  return parts;
}

const OPENING = '<?xml version="1.0" encoding="utf-8"?>\n';
const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9';
const FRAME = `${OPENING}<urlset xmlns="${NAMESPACE}">\n</urlset>\n`;

function urlSet(entries: readonly SitemapEntry[]): string {
  const urls = entries.map((entry) => element('url', entry)).join('');
  return FRAME.replace('</urlset>', () => `${urls}</urlset>`);
}

function sitemapIndex(parts: readonly SitemapEntry[][], siteUrl: URL): string {
  const files = parts.map((part, index) => {
    const modified = newestOf(part.map((entry) => entry.modified).filter((time) => time !== undefined));
    return element('sitemap', { url: new URL(`/sitemap-${index + 1}.xml`, siteUrl).href, modified });
  });
  return `${OPENING}<sitemapindex xmlns="${NAMESPACE}">\n${files.join('')}</sitemapindex>\n`;
}

function element(name: 'url' | 'sitemap', { url, modified }: SitemapEntry): string {
  const time = modified === undefined ? '' : `<lastmod>${modified}</lastmod>`;
  return `<${name}><loc>${xmlText(url)}</loc>${time}</${name}>\n`;
}
