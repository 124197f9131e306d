import type { APIRoute } from 'astro';
import { keptComment } from '#core/comments/own-comments.ts';
import { commentOfReceipt } from '#core/comments/receipt.ts';
import { sendOwnData } from '../../_own-data.ts';

export const GET: APIRoute = async ({ locals: { app }, params: { receipt = '' } }) => {
  const comment = await commentOfReceipt(app, receipt);
  if (!comment) return new Response(null, { status: 404 });
  return sendOwnData('comment', { comments: [await keptComment(app.db, comment)] });
};
