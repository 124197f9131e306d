import { timingSafeEqual } from 'node:crypto';
import { derivedToken } from '../platform/tokens.ts';
import type { Article } from './article.ts';
import type { Library } from './library.ts';

/**
 * The address under which an unpublished article can be read by whoever has it, on this site: `/preview/…/`.
 * Derived, so that the command prints the same one each time and nothing need be kept or cleaned up.
 */
export function previewPath({ secret }: { secret: Buffer }, slug: string): string {
  return `/preview/${slug}/${derivedToken(secret, 'preview', slug)}/`;
}

/** The article behind such an address, in any state; undefined where the address is none of ours. */
export function previewedArticle(
  { secret, library }: { secret: Buffer; library: Library },
  slug: string,
  token: string,
): Article | undefined {
  const right = Buffer.from(derivedToken(secret, 'preview', slug));
  const given = Buffer.from(token);
  const isRight = right.length === given.length && timingSafeEqual(right, given);
  return isRight ? library.written(slug) : undefined;
}
