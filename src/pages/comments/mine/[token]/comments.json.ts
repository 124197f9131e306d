import type { APIRoute } from 'astro';
import { noticesOfLink } from '#core/comments/letters/reply-notices.ts';
import { keptCommentsOf } from '#core/comments/own-comments.ts';
import { sendOwnData } from '../../../_own-data.ts';

export const GET: APIRoute = async ({ locals: { app }, params: { token = '' } }) => {
  const found = await noticesOfLink(app, 'notices-stop', token);
  if (!found?.commenter.confirmed_at) return new Response(null, { status: 404 });
  return sendOwnData('comments', { comments: await keptCommentsOf(app.db, found.commenter.email_key) });
};
