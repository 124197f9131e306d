import type { APIRoute } from 'astro';
import { commentsFeed, FEED_LENGTH } from '#core/comments/comments-feed.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { sendFeed } from '../../_feed.ts';

export const GET: APIRoute = async ({ locals: { app }, params: { slug = '' }, cache }) => {
  const article = app.library.article(slug);
  if (!article) return new Response(null, { status: 404 });
  const comments = await newestComments(app, slug, FEED_LENGTH);
  return sendFeed(cache, commentsFeed(app, article, comments), [`article:${slug}`, `comments:${slug}`]);
};
