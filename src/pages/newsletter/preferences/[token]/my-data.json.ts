import type { APIRoute } from 'astro';
import { keptCommentsOf } from '#core/comments/own-comments.ts';
import { keptSubscriber } from '#core/subscribers/kept.ts';
import { subscriberOfLink } from '#core/subscribers/unsubscribe.ts';
import { sendOwnData } from '../../../_own-data.ts';

export const GET: APIRoute = async ({ locals: { app }, params: { token = '' } }) => {
  const subscriber = await subscriberOfLink(app, 'preferences', token);
  if (!subscriber) return new Response(null, { status: 404 });
  const kept = await keptSubscriber(app.db, subscriber);
  return sendOwnData('my-data', {
    subscriber: kept,
    comments: await keptCommentsOf(app.db, subscriber.email_key),
  });
};
