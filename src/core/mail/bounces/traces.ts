import { addressesIn } from './addresses.ts';
import { headerAddresses, headerValues, type MessageParts } from './message-parts.ts';
import type { Traces } from './report.ts';

/** Headers in which our VERP address may stand: of the report, and of the letter that came back with it. */
const HOLDERS = ['to', 'delivered-to', 'x-original-to', 'x-envelope-to', 'envelope-to', 'x-forwarded-to'];

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
  const [messageId] = headerValues(original, 'message-id');
  const bare = /^<?([^\s<>]{1,250}@[^\s<>]{1,250})>?$/.exec(messageId ?? '')?.[1];
  return { addresses: [...new Set(addresses)], ...(bare === undefined ? {} : { originalMessageId: bare }) };
}
