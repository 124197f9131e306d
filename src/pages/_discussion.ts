import type { APIContext } from 'astro';
import type { Article } from '#core/articles/article.ts';
import type { Openness } from '#core/comments/openness.ts';

/** Keeps a page of an article with its comments until one of them changes, or it is time to take the form off. */
export function cacheDiscussion(
  { cache }: Pick<APIContext, 'cache'>,
  { slug }: Article,
  open: Openness,
): void {
  const tags = ['articles', `article:${slug}`, `comments:${slug}`];
  const closesIn = open.isOpen ? open.closesInSeconds : undefined;
  cache.set({ tags, ...(closesIn === undefined ? {} : { maxAge: closesIn }) });
}
