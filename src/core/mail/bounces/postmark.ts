import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { jsonAs } from '../../platform/json.ts';
import { oneLine } from './answer-text.ts';
import type { FailedRecipient, Report } from './report.ts';
import { enhancedStatus } from './verdict.ts';

/** What Postmark posts, as far as it is asked here. */
const event = z.object({
  RecordType: z.string(),
  ID: z.number().optional(),
  MessageID: z.string().optional(),
  Type: z.string().optional(),
  Email: z.string().optional(),
  Description: z.string().optional(),
  Details: z.string().optional(),
  Recipient: z.string().optional(),
  ChangedAt: z.string().optional(),
  SuppressSending: z.boolean().optional(),
  Origin: z.string().optional(),
});

type PostmarkEvent = z.output<typeof event>;

/**
 * Whether a post carries the secret that was given to Postmark with the webhook: as password of its address (HTTP
 * basic authentication) or as X-Watchpost-Secret. Postmark signs nothing.
 */
export function hasPostmarkSecret(headers: Headers, secret: string): boolean {
  const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const password = Buffer.from(encoded, 'base64')
    .toString()
    .replace(/^[^:]*:?/, '');
  return [password, headers.get('x-watchpost-secret') ?? ''].some((given) => isSame(given, secret));
}

/** Digests have one length, so that comparing them tells nothing of the secret's. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

/** Reads a post: what it tells, and the key under which it counts once; undefined for what is no event of Postmark's. */
export function postmarkReport(body: string): { report: Report; key: string } | undefined {
  const told = jsonAs(event, body);
  if (!told) return undefined;
  const { RecordType, ID, MessageID, ChangedAt } = told;
  return {
    report: reportOf(told),
    key: `postmark:${RecordType}:${ID ?? MessageID ?? ''}:${ChangedAt ?? ''}`,
  };
}

function reportOf(told: PostmarkEvent): Report {
  const { RecordType, Type = '' } = told;
  if (RecordType === 'SubscriptionChange')
    return told.SuppressSending && told.Origin === 'Recipient' ? asking('opt-out', told.Recipient) : NOTHING;
  if (RecordType === 'SpamComplaint' || Type === 'SpamComplaint') return asking('complaint', told.Email);
  if (RecordType !== 'Bounce') return NOTHING;
  if (Type === 'Unsubscribe') return asking('opt-out', told.Email);
  const kind = BOUNCES[Type];
  return kind === undefined ? NOTHING : { kind: 'bounces', addresses: [], recipients: [failed(told, kind)] };
}

const NOTHING = { kind: 'nothing' } as const;

function asking(kind: 'complaint' | 'opt-out', address: string | undefined): Report {
  return { kind, addresses: [], recipients: address === undefined ? [] : [address] };
}

function failed(
  { Email, Details, Description, Type = '' }: PostmarkEvent,
  kind: FailedRecipient['kind'],
): FailedRecipient {
  const reason = Details || Description || Type;
  const named = Email === undefined ? {} : { address: Email };
  return { ...named, status: enhancedStatus(reason, ''), kind, reason: oneLine(reason) };
}

/** Postmark's own types; all others are absence notes, challenges, or faults of an account. */
const BOUNCES: Record<string, FailedRecipient['kind']> = {
  HardBounce: 'hard',
  BadEmailAddress: 'hard',
  SoftBounce: 'soft',
  Transient: 'soft',
  DnsError: 'soft',
  SpamNotification: 'soft',
  VirusNotification: 'soft',
  Blocked: 'soft',
  DMARCPolicy: 'soft',
  Unknown: 'soft',
};
