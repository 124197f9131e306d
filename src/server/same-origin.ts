import type { IncomingMessage } from 'node:http';

/** RFC 8058: mail providers send this POST with no Origin and no cookie; the token in the address is the authority. */
const ONE_CLICK = /^\/(?:newsletter\/unsubscribe|comments\/notices\/stop)\/[^/]+\/$/;

/**
 * Whether a POST comes from a page of ours. Every browser that can send a form across sites says so in
 * Sec-Fetch-Site or Origin; a client that sends neither carries no one's cookies without their knowing.
 */
export function isSameOrigin(req: IncomingMessage, pathname: string, siteUrl: URL): boolean {
  if (ONE_CLICK.test(pathname)) return true;
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = req.headers;
  return origin === undefined || origin === siteUrl.origin;
}
