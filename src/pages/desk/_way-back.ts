import { canonicalUrl } from '#server/canonical-url.ts';

const DESK = '/desk/';
/** Where nobody goes back to. */
const WAYS_IN = /^\/desk\/(?:sign-in|sign-out|step-up|join)\//;

/** A query that says where one came from; none for the desk's first page, where everybody ends anyway. */
export function fromHere({ pathname, search }: URL): string {
  return pathname === DESK ? '' : `?to=${encodeURIComponent(pathname + search)}`;
}

export function stepUpPath(url: URL): string {
  return `/desk/step-up/${fromHere(url)}`;
}

/** Where to go on: a page of the desk that was asked for, spelt in our way; else its first page. Never another site. */
export function wayBack(asked: string | null | undefined, siteUrl: URL): string {
  const url = canonicalUrl(asked || DESK, siteUrl);
  if (!url?.pathname.startsWith(DESK) || WAYS_IN.test(url.pathname)) return DESK;
  return url.pathname + url.search;
}
