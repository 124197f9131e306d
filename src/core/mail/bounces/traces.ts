import { addressesIn } from './addresses.ts';
import { headerAddresses, headerValues, type MessageParts } from './message-parts.ts';
import type { Traces } from './report.ts';

/** Headers in which our VERP address may stand: of the report, and of the letter that came back with it. */
const HOLDERS = ['to', 'delivered-to', 'x-original-to', 'x-envelope-to', 'envelope-to', 'x-forwarded-to'];

/** Each may be a guess at a keyed mark: a message is not worth thousands. */
const MOST_ADDRESSES = 50;

/** Gathers what may tie a report to a letter of ours. */
export function tracesOf(
  { headers, feedback, statuses }: MessageParts,
  original: MessageParts['headers'],
  envelopeRecipients: readonly string[],
): Traces {
  const inReport = [...addressesIn([...feedback, ...statuses].join('\n').slice(0, 64 * 1024))];
  const addresses = [
    ...envelopeRecipients,
    ...HOLDERS.flatMap((name) => headerAddresses(headers, name)),
    ...headerAddresses(original, 'return-path'),
    ...inReport.slice(0, 50).map(({ address }) => address),
  ];
  // Who answers a letter in order to leave names it so.
  const [messageId] = [...headerValues(original, 'message-id'), ...headerValues(headers, 'in-reply-to')];
  const bare = /^<?([^\s<>]{1,250}@[^\s<>]{1,250})>?$/.exec(messageId ?? '')?.[1];
  return {
    addresses: [...new Set(addresses)].slice(0, MOST_ADDRESSES),
    ...(bare === undefined ? {} : { originalMessageId: bare }),
  };
}
