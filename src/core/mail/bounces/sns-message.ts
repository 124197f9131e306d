import { z } from 'zod';
import { jsonAs } from '../../platform/json.ts';

/** What Amazon SNS posts to an address that is subscribed to a topic. */
const fields = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string().min(1).max(200),
  TopicArn: z.string().max(400),
  Message: z.string(),
  Timestamp: z.string().max(40),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.string().max(2000),
  SigningCertURL: z.string().max(400),
  Subject: z.string().nullish(),
  Token: z.string().optional(),
  SubscribeURL: z.string().max(2000).optional(),
});

export type SnsMessage = z.output<typeof fields>;

/** Undefined for what is no such message. */
export function snsMessage(body: string): SnsMessage | undefined {
  return jsonAs(fields, body);
}

/** The text that Amazon signs: some of the fields, each with its name, in the order of the alphabet. */
export function signedText(message: SnsMessage): string {
  const names = message.Type === 'Notification' ? SIGNED : SIGNED_OF_SUBSCRIPTION;
  return names
    .filter((name) => message[name] !== undefined && message[name] !== null)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
}

const SIGNED = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const;
const SIGNED_OF_SUBSCRIPTION = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
] as const;

/**
 * An address on Amazon's own SNS host of the topic's region, or undefined: whoever could name another would have us
 * believe their certificate, or visit their page.
 */
export function snsAddress(text: string | undefined, topicArn: string): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const [, partition = '', , region = ''] = topicArn.split(':');
  const host = `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  const isPlain = url.username === '' && url.password === '' && url.port === '';
  return url.protocol === 'https:' && url.hostname === host && isPlain ? url : undefined;
}
