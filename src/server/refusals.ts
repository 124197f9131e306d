import type { ServerResponse } from 'node:http';
import { escapeHtml } from '#core/platform/safe-html.ts';

/** What the door itself says, in the order of what happened and what to do. */
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
  405: ['That cannot be done here', 'This address takes only reading and forms.'],
  413: ['That is too much at once', 'A form may hold 64 kB. Shorten what you wrote and send it again.'],
  421: ['This is not the site’s own address', 'Use the address below.'],
  500: ['Something went wrong', 'It has been noted. Try again in a minute.'],
  503: ['Not ready just now', 'Try again in a minute.'],
};

/** Answers with a small page of the door's own: no part of the site has been asked. */
export function refuse(
  res: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  siteUrl?: URL,
): void {
  const [title, text] = WORDS[status] ?? ['Something went wrong', 'Try again in a minute.'];
  const home = escapeHtml(siteUrl?.href ?? '/');
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/door.css">
<main>
<h1>${title}</h1>
<p>${text}</p>
<p><a href="${home}">${siteUrl ? home : 'Home page'}</a></p>
</main>
</html>
`;
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  res.end(body);
}
