import type { Feed, FeedItem } from './feed.ts';
import { htmlInXml, xmlText } from './xml.ts';

/** Atom 1.0 (RFC 4287) with the full text; what answers what by RFC 4685. */
export function atom(feed: Feed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="${xmlText(feed.language)}">
<id>${xmlText(feed.self)}</id>
<title>${xmlText(feed.title)}</title>
<subtitle>${xmlText(feed.description)}</subtitle>
<updated>${feed.updated}</updated>
<link rel="self" type="application/atom+xml" href="${xmlText(feed.self)}"/>
<link rel="alternate" type="text/html" href="${xmlText(feed.page)}"/>
<icon>${xmlText(new URL('/icon-192.png', feed.home).href)}</icon>
${feed.items.map(entry).join('')}</feed>
`;
}

function entry(item: FeedItem): string {
  return `<entry>
<id>${xmlText(item.url)}</id>
<title>${xmlText(item.title)}</title>
<link rel="alternate" type="text/html" href="${xmlText(item.url)}"/>
<published>${item.published}</published>
<updated>${item.updated}</updated>
${author(item.author)}
${item.tags.map((tag) => `<category term="${xmlText(tag)}"/>\n`).join('')}${thread(item)}${item.summary && `<summary>${xmlText(item.summary)}</summary>\n`}<content type="html">${htmlInXml(item.html)}</content>
</entry>
`;
}

function author({ name, url }: FeedItem['author']): string {
  return `<author><name>${xmlText(name)}</name>${url === undefined ? '' : `<uri>${xmlText(url)}</uri>`}</author>`;
}

function thread({ replies, inReplyTo }: FeedItem): string {
  if (replies) return `<link rel="replies" type="application/atom+xml" href="${xmlText(replies.feed)}"/>\n`;
  if (inReplyTo === undefined) return '';
  const ref = xmlText(inReplyTo);
  return `<thr:in-reply-to ref="${ref}" href="${ref}" type="text/html"/>\n`;
}
