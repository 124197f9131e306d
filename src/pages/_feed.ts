import type { APIContext, APIRoute } from 'astro';
import { articleFeed, type WrittenFeed } from '#core/articles/article-feed.ts';
import type { FeedFile } from '#core/articles/feed.ts';
import type { PageTag } from '#core/platform/page-changes.ts';

/** The endpoint of one form of the site's feed, or of a topic's where the address names one. */
export function feedOf(file: FeedFile): APIRoute {
  return async ({ locals: { app }, params: { topic }, cache }) => {
    const feed = await articleFeed(app, file, topic);
    return feed ? sendFeed(cache, feed, ['articles']) : new Response(null, { status: 404 });
  };
}

/** A feed as the answer to a request; readers on other sites may fetch it: it is public, and no cookie goes along. */
export function sendFeed(
  cache: APIContext['cache'],
  { type, text, updated }: WrittenFeed,
  tags: PageTag[],
): Response {
  cache.set({ tags, lastModified: new Date(updated) });
  return new Response(text, {
    headers: { 'content-type': `${type}; charset=utf-8`, 'access-control-allow-origin': '*' },
  });
}
