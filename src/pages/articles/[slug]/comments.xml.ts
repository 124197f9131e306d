import type { APIRoute } from 'astro';
import { publishedComments } from '#core/comments/comment-rows.ts';
import { commentsFeed } from '#core/comments/comments-feed.ts';
import { sendFeed } from '../../_feed.ts';

export const GET: APIRoute = async ({ locals: { app }, params: { slug = '' }, cache }) => {
  const article = app.library.article(slug);
  if (!article) return new Response(null, { status: 404 });
  const comments = await publishedComments(app, slug);
  return sendFeed(cache, commentsFeed(app, article, comments), [`article:${slug}`, `comments:${slug}`]);
};
