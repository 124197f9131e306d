import type { APIRoute } from 'astro';
import { takePostmarkPost } from '#core/subscribers/take-webhook.ts';
import { webhookAnswer } from './_answer.ts';

export const POST: APIRoute = async ({ locals, request }) =>
  webhookAnswer(await takePostmarkPost(locals.app, request.headers, await request.text()));
