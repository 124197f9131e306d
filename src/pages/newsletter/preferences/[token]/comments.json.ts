import type { APIRoute } from 'astro';
import { keptCommentsOf } from '#core/comments/own-comments.ts';
import { subscriberOfLink } from '#core/subscribers/unsubscribe.ts';
import { sendOwnData } from '../../../_own-data.ts';

export const GET: APIRoute = async ({ locals: { app }, params: { token = '' } }) => {
  const subscriber = await subscriberOfLink(app, 'preferences', token);
  if (!subscriber) return new Response(null, { status: 404 });
  return sendOwnData('comments', { comments: await keptCommentsOf(app.db, subscriber.email_key) });
};
