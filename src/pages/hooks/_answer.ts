import type { WebhookAnswer } from '#core/subscribers/take-webhook.ts';

const STATUS: Record<WebhookAnswer, number> = { taken: 200, unknown: 404, forged: 403 };

/** A program asks: it wants a status and no page. */
export function webhookAnswer(answer: WebhookAnswer): Response {
  return new Response(null, { status: STATUS[answer], headers: { 'cache-control': 'no-store' } });
}
