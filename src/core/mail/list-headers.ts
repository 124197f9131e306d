/** RFC 2919, RFC 2369 and Feedback-ID: which list an edition's letter is of. The same for all its readers. */
export function listHeaders(
  site: { title: string },
  siteUrl: URL,
  edition: { id: string; kind: string },
): Record<string, string> {
  const plainTitle = site.title.replace(/[^\w .,-]/g, '').trim();
  return {
    'List-Id': `${plainTitle ? `"${plainTitle}" ` : ''}<newsletter.${siteUrl.hostname}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', // RFC 8058
    'List-Archive': `<${new URL('/newsletter/editions/', siteUrl).href}>`,
    // What complaints are counted by at Gmail: nothing in it is of one reader.
    'Feedback-ID': `${edition.id}:${edition.kind}:newsletter:${siteUrl.hostname}`,
    Precedence: 'bulk',
  };
}

/**
 * The way out that a mail program offers beside the letter: a page that takes one POST (RFC 8058), and where somebody
 * reads it, a letter to the return address.
 */
export function listUnsubscribe(page: string, returnAddress?: string): string {
  return returnAddress === undefined
    ? `<${page}>`
    : `<${page}>,\r\n <mailto:${returnAddress}?subject=unsubscribe>`;
}

/** Fields of a letter that a program sends to one reader on its own: no other program should answer it (RFC 3834). */
export const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' } as const;
