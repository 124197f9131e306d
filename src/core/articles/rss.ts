import { escapeHtml } from '../platform/safe-html.ts';
import type { Feed, FeedItem } from './feed.ts';
import { htmlInXml, rssText, xmlText } from './xml.ts';

/** How long a reader that knows no better may keep it, in minutes. */
const TTL_MINUTES = 30;

/** RSS 2.0 by the RSS Advisory Board's profile, with the full text in `content:encoded`. */
export function rss(feed: Feed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>${rssText(feed.title)}</title>
<link>${xmlText(feed.page)}</link>
<description>${rssText(feed.description)}</description>
<language>${xmlText(feed.language)}</language>
<lastBuildDate>${rfc822(feed.updated)}</lastBuildDate>
<ttl>${TTL_MINUTES}</ttl>
<atom:link href="${xmlText(feed.self)}" rel="self" type="application/rss+xml"/>
${feed.items.map(item).join('')}</channel>
</rss>
`;
}

function item({ url, title, summary, html, published, author, tags, replies }: FeedItem): string {
  return `<item>
<title>${rssText(title)}</title>
<link>${xmlText(url)}</link>
<guid isPermaLink="true">${xmlText(url)}</guid>
<pubDate>${rfc822(published)}</pubDate>
<dc:creator>${xmlText(author.name)}</dc:creator>
${tags.map((tag) => `<category>${rssText(tag)}</category>\n`).join('')}<description>${description(summary || title)}</description>
<content:encoded>${htmlInXml(html)}</content:encoded>
${replies ? `<comments>${xmlText(replies.page)}</comments>\n<atom:link rel="replies" type="application/atom+xml" href="${xmlText(replies.feed)}"/>\n` : ''}</item>
`;
}

/** RFC 822 with a four-digit year, as RSS asks. */
function rfc822(time: string): string {
  return new Date(time).toUTCString();
}

/** The description of an item, other than its title, is HTML: text is escaped as that, then as XML. */
function description(text: string): string {
  return xmlText(text.replace(/[&<>]/g, escapeHtml));
}
