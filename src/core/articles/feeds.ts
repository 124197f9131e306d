import { escapeHtml, type SafeHtml } from '../platform/safe-html.ts';
import { type Article, modifiedAt } from './article.ts';
import type { Library } from './library.ts';
import { withAbsoluteUrls } from './markdown.ts';

/** How many articles a feed carries, newest first. */
const FEED_LENGTH = 20;

/** RSS 2.0 with the full text, of the whole site or of one topic. */
export function rssFeed({ library, siteUrl }: { library: Library; siteUrl: URL }, topic?: string): string {
  const { site } = library;
  const about = topic === undefined ? undefined : library.topic(topic);
  const page = new URL(about ? `/topics/${about.id}/` : '/', siteUrl).href;
  const self = new URL(about ? `/topics/${about.id}/rss.xml` : '/rss.xml', siteUrl).href;
  const articles = (about ? library.articlesOn(about.id) : library.articles()).slice(0, FEED_LENGTH);
  const newest = articles.map(modifiedAt).sort().at(-1);
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>${xml(about ? `${site.title}: ${about.name}` : site.title)}</title>
<link>${xml(page)}</link>
<description>${xml(about?.dek || site.description || site.tagline)}</description>
<language>${xml(site.language)}</language>
${newest ? `<lastBuildDate>${rfc822(newest)}</lastBuildDate>\n` : ''}<atom:link href="${xml(self)}" rel="self" type="application/rss+xml"/>
${articles.map((article) => rssItem(article, library, siteUrl)).join('\n')}
</channel>
</rss>
`;
}

function rssItem(article: Article, library: Library, siteUrl: URL): string {
  const link = new URL(article.path, siteUrl);
  const body = withAbsoluteUrls(library.html(article), link);
  return `<item>
<title>${xml(article.title)}</title>
<link>${xml(link.href)}</link>
<guid isPermaLink="true">${xml(link.href)}</guid>
<pubDate>${rfc822(article.published)}</pubDate>
<dc:creator>${xml(library.author(article.author).name)}</dc:creator>
${article.topics.map((id) => `<category>${xml(library.topic(id).name)}</category>`).join('')}
<description>${xml(article.dek)}</description>
<content:encoded>${cdata(body)}</content:encoded>
</item>`;
}

/** RFC 822 date with a four-digit year, as RSS asks. */
function rfc822(time: string): string {
  return new Date(time).toUTCString();
}

/** Text in XML 1.0: escaped, and without the characters that no escape makes legal there. */
function xml(text: string): string {
  return escapeHtml(legalInXml(text));
}

function cdata(html: SafeHtml): string {
  return `<![CDATA[${legalInXml(html).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

function legalInXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the very characters to remove
  return text.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '');
}
