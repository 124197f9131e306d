import type { APIRoute } from 'astro';
import { rssFeed } from '#core/articles/feeds.ts';

export const GET: APIRoute = ({ locals: { app }, params: { topic = '' }, cache }) => {
  if (app.library.articlesOn(topic).length === 0) return new Response(null, { status: 404 });
  cache.set({ tags: ['articles'] });
  return new Response(rssFeed(app, topic), {
    headers: { 'content-type': 'application/rss+xml; charset=utf-8' },
  });
};
