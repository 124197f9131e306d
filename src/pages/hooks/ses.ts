import type { APIRoute } from 'astro';
import { takeSesPost } from '#core/subscribers/take-webhook.ts';
import { webhookAnswer } from './_answer.ts';

export const POST: APIRoute = async ({ locals, request }) =>
  webhookAnswer(await takeSesPost(locals.app, await request.text()));
