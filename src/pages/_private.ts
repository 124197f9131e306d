import type { AstroGlobal } from 'astro';

/**
 * For a page whose address is a secret: it is kept nowhere, found by no search engine, and its address goes to no other
 * page, not even of this site (its origin does, or browsers would send `Origin: null` with its forms).
 */
export function keepPrivate({ response }: Pick<AstroGlobal, 'response'>): void {
  response.headers.set('cache-control', 'no-store');
  response.headers.set('x-robots-tag', 'noindex');
  response.headers.set('referrer-policy', 'strict-origin');
}
