import { oneLine } from './answer-text.ts';
import { hasStatusFields, statusRecipients } from './delivery-status.ts';
import { readFeedback } from './feedback-report.ts';
import {
  headerAddresses,
  headersOf,
  headerValues,
  type MessageParts,
  messageParts,
} from './message-parts.ts';
import { noticeOf } from './notice.ts';
import { isAuthenticationReport, isAutoReply, isOptOut } from './other-mail.ts';
import { isFromMailSystem, proseRecipients } from './prose.ts';
import type { FailedRecipient, Report, Traces } from './report.ts';
import { tracesOf } from './traces.ts';

/**
 * Understands a message that came to the bounce address: a delivery status notification (RFC 3464), one in prose, a
 * complaint (RFC 5965), a wish to leave, or none of these. Nothing of it is believed here: whose letter it speaks of
 * is for the caller to prove. Never throws, whatever the bytes.
 *
 * @param envelopeRecipients where the message was sent to, as the mail system knows it
 */
export async function readReport(
  message: Buffer,
  envelopeRecipients: readonly string[] = [],
): Promise<Report> {
  const parts = await messageParts(message);
  if (!parts) return { kind: 'nothing' };
  if (isAuthenticationReport(parts)) return { kind: 'authentication-report' };
  const { words, returned } = noticeOf(parts.text);
  const original = parts.original.length > 0 ? parts.original : await headersOf(returned);
  const traces = tracesOf(parts, original, envelopeRecipients);

  if (parts.feedback.length > 0) return complaint(parts, original, traces);
  const recipients = failedRecipients(parts, words, original);
  if (recipients.length > 0) return { kind: 'bounces', recipients, ...traces };
  if (isAutoReply(parts)) return { kind: 'auto-reply' };
  return isOptOut(parts) ? { kind: 'opt-out', recipients: [], ...traces } : { kind: 'nothing' };
}

function complaint(parts: MessageParts, original: MessageParts['headers'], traces: Traces): Report {
  const { kind, recipients } = readFeedback(parts.feedback.join('\n\n'));
  if (kind === 'nothing' || kind === 'authentication-report') return { kind };
  return {
    kind,
    recipients: recipients.length > 0 ? recipients : headerAddresses(original, 'to'),
    ...traces,
  };
}

/** First what machines are told, then what people are, then at least that something failed. */
function failedRecipients(
  parts: MessageParts,
  words: string,
  original: MessageParts['headers'],
): FailedRecipient[] {
  const { headers, text, statuses } = parts;
  const isReport = /^multipart\/report\b(?!.*disposition-notification)/i.test(
    firstOf(headers, 'content-type'),
  );
  if (!isReport && statuses.length === 0 && !isMailSystems(headers)) return [];

  const inFields = statuses.length === 0 && hasStatusFields(text) ? [text] : statuses;
  const machineRead = inFields.flatMap((body) => statusRecipients(body, words));
  if (machineRead.length > 0) return onePerAddress(machineRead);
  const own = [...headerAddresses(headers, 'to'), ...headerAddresses(headers, 'from')];
  const named = proseRecipients(words, headerAddresses(headers, 'x-failed-recipients'), own);
  if (named.length > 0) return onePerAddress(named);
  return isReport ? [unnamed(original, words)] : [];
}

function isMailSystems(headers: MessageParts['headers']): boolean {
  const from = headerAddresses(headers, 'from')[0] ?? firstOf(headers, 'from');
  return isFromMailSystem(from, firstOf(headers, 'subject'));
}

function firstOf(headers: MessageParts['headers'], name: string): string {
  return headerValues(headers, name)[0] ?? '';
}

/** A failure is reported, and of whom is not: of the one to whom the returned letter went. */
function unnamed(original: MessageParts['headers'], words: string): FailedRecipient {
  const [address, ...others] = headerAddresses(original, 'to');
  const lone = address !== undefined && others.length === 0 ? { address } : {};
  return { ...lone, status: '', kind: 'soft', reason: oneLine(words) };
}

/** What is said twice of one address is said once. */
function onePerAddress(recipients: readonly FailedRecipient[]): FailedRecipient[] {
  const seen = new Set<string>();
  return recipients.filter(({ address, kind }) => {
    const key = `${address?.toLowerCase()} ${kind}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
