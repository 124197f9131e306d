import { hasPostmarkSecret, postmarkReport } from '../mail/bounces/postmark.ts';
import { sesReport } from '../mail/bounces/ses.ts';
import type { SnsTopic } from '../mail/bounces/sns-topic.ts';
import type { Parts } from '../platform/parts.ts';
import { takeReport } from './take-bounce.ts';

type WebhookParts = Pick<Parts, 'config' | 'db' | 'clock' | 'secret' | 'log'>;

/** `unknown`: no such provider is set up. `forged`: it is not from the provider, or not for us. */
export type WebhookAnswer = 'taken' | 'unknown' | 'forged';

/** Takes what Amazon SES posts by way of SNS; delivered twice, as SNS may, it counts once. */
export async function takeSesPost(
  parts: WebhookParts & { sns: SnsTopic | undefined },
  body: string,
): Promise<WebhookAnswer> {
  if (!parts.sns) return 'unknown';
  const post = await parts.sns.read(body);
  if (post.state === 'forged') return 'forged';
  if (post.state === 'confirmed') parts.log.info('webhook.confirmed', { provider: 'ses' });
  if (post.state === 'notification')
    await takeReport(parts, { report: sesReport(post.message), hash: `sns:${post.id}`, isProviders: true });
  return 'taken';
}

/** Takes what Postmark posts. */
export async function takePostmarkPost(
  parts: WebhookParts,
  headers: Headers,
  body: string,
): Promise<WebhookAnswer> {
  const secret = parts.config.postmarkSecret;
  if (secret === undefined) return 'unknown';
  const post = hasPostmarkSecret(headers, secret) ? postmarkReport(body) : undefined;
  if (!post) return 'forged';
  await takeReport(parts, { report: post.report, hash: post.key, isProviders: true });
  return 'taken';
}
