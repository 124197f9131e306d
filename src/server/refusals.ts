import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeHtml } from '#core/platform/safe-html.ts';

/** What is said where no page of the site answers, in the order of what happened and what to do. */
const WORDS: Record<number, readonly [title: string, text: string]> = {
  400: [
    'This address cannot be read',
    'Something in it is not spelt as an address should be. Begin at the home page.',
  ],
  403: [
    'This form came from another site',
    'For your safety it was not accepted. Open the page on this site and send the form from there.',
  ],
  404: ['There is nothing at this address', 'Begin at the home page.'],
  401: ['You are not signed in', 'Sign in and do it again.'],
  405: ['That cannot be done here', 'This address takes only reading and forms.'],
  409: ['That cannot be done now', 'Look at the page again: something has changed meanwhile.'],
  413: ['That is too much at once', 'A form may hold 64 kB. Shorten what you wrote and send it again.'],
  415: ['This cannot be read', 'What was sent is of a kind that this address does not take.'],
  421: ['This is not the site’s own address', 'Use the address below.'],
  422: ['Something needs a change', 'Go back and look at what you sent.'],
  429: ['That was a lot in a short time', 'Wait a little and try again.'],
  500: ['Something went wrong', 'It has been noted. Try again in a minute.'],
  503: ['Not ready just now', 'Try again in a minute.'],
};

/** The watch post with its lit window; in the page itself, since another host name gets no file but the styles. */
const POST = `<svg viewBox="0 0 16 16" width="96" height="96" aria-hidden="true">
<path class="window" d="M6 6h4v3H6z"/>
<path d="M8 0l7 5h-2v5h1v1h-2l1.5 5h-2L10 11H6l-1.5 5h-2L4 11H2v-1h1V5H1zM6 6v3h4V6z" fill-rule="evenodd"/>
</svg>`;

/** Answers with a small page of the door's own: no part of the site has been asked. */
export function refuse(
  res: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  siteUrl?: URL,
): void {
  res.end(beginRefusal(res, status, headers, siteUrl));
}

/**
 * Answers a body that is too large at once, and throws away what still comes of it, to a limit: to close while the
 * other side sends would reset the connection, and the answer would be lost.
 */
export async function refuseBody(req: IncomingMessage, res: ServerResponse): Promise<void> {
  res.write(beginRefusal(res, 413, { connection: 'close' }));
  let discarded = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    discarded += chunk.length;
    if (discarded > MOST_DISCARDED) break;
  }
  res.end();
}

const MOST_DISCARDED = 16 * 1024 * 1024;

function beginRefusal(
  res: ServerResponse,
  status: number,
  headers: Record<string, string>,
  siteUrl?: URL,
): string {
  const body = refusalPage(status, siteUrl ? { siteUrl } : {});
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  return body;
}

/**
 * The page itself.
 *
 * @param given.title in place of the status's own
 * @param given.text what happened and what to do, where more is known than the status
 * @param given.back where to go on, in place of the home page
 * @param given.siteUrl shown in full: the address that was asked is not the site's own
 */
export function refusalPage(
  status: number,
  given: { title?: string; text?: string; back?: { href: string; name: string }; siteUrl?: URL } = {},
): string {
  const [usual, text] = WORDS[status] ?? ['Something went wrong', 'Try again in a minute.'];
  const title = escapeHtml(given.title ?? usual);
  const home = escapeHtml(given.siteUrl?.href ?? given.back?.href ?? '/');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="/door.css">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<main>
${POST}
<h1>${title}</h1>
<p>${escapeHtml(given.text ?? text)}</p>
<p><a href="${home}">${given.siteUrl ? home : escapeHtml(given.back?.name ?? 'Home page')}</a></p>
</main>
</html>
`;
}
