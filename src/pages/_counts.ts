import type { APIContext } from 'astro';
import type { Article } from '#core/articles/article.ts';
import { publishedCounts } from '#core/comments/discussion-rows.ts';

/** How many comments each article of a list has; the page is kept until one of the articles or counts changes. */
export function countComments(
  { cache, locals: { app } }: Pick<APIContext, 'cache' | 'locals'>,
  articles: readonly Article[],
): Promise<Map<string, number>> {
  const slugs = articles.map(({ slug }) => slug);
  cache.set({ tags: ['articles', ...slugs.map((slug) => `comments:${slug}`)] });
  return publishedCounts(app, slugs);
}
