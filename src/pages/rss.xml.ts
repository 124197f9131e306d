import type { APIRoute } from 'astro';
import { rssFeed } from '#core/articles/feeds.ts';

export const GET: APIRoute = ({ locals, cache }) => {
  cache.set({ tags: ['articles'] });
  return new Response(rssFeed(locals.app), {
    headers: { 'content-type': 'application/rss+xml; charset=utf-8' },
  });
};
