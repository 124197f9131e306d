import { z } from 'zod';
import { jsonAs } from '../../platform/json.ts';
import { oneLine } from './answer-text.ts';
import type { FailedRecipient, Report, Traces } from './report.ts';
import { enhancedStatus, verdictOn } from './verdict.ts';

const recipient = z.object({
  emailAddress: z.string(),
  status: z.string().optional(),
  diagnosticCode: z.string().optional(),
});

/** What Amazon SES tells of a letter, as far as it is asked here; by a topic of its own or by event publishing. */
const event = z.object({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.object({
    source: z.string().optional(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    commonHeaders: z.object({ messageId: z.string().optional() }).optional(),
  }),
  bounce: z
    .object({
      bounceType: z.string(),
      bounceSubType: z.string().optional(),
      bouncedRecipients: z.array(recipient),
    })
    .optional(),
  complaint: z
    .object({
      complainedRecipients: z.array(recipient),
      complaintFeedbackType: z.string().nullish(),
    })
    .optional(),
});

type SesEvent = z.output<typeof event>;

/** Reads what SES puts into a notification; what is of another kind asks for nothing. */
export function sesReport(message: string): Report {
  const told = jsonAs(event, message);
  if (!told) return { kind: 'nothing' };
  const type = told.notificationType ?? told.eventType;
  if (type === 'Bounce' && told.bounce) return bounceReport(told.bounce, tracesOf(told));
  if (type === 'Complaint' && told.complaint) return complaintReport(told.complaint, tracesOf(told));
  return { kind: 'nothing' };
}

/** `source` is the envelope's sender; of the Message-ID SES keeps our own among the headers. */
function tracesOf({ mail }: SesEvent): Traces {
  const own = mail.headers?.find(({ name }) => name.toLowerCase() === 'message-id')?.value;
  const messageId = /^<?([^\s<>]+)>?$/.exec(own ?? mail.commonHeaders?.messageId ?? '')?.[1];
  return {
    addresses: mail.source === undefined ? [] : [mail.source],
    ...(messageId === undefined ? {} : { originalMessageId: messageId }),
  };
}

function bounceReport(bounce: NonNullable<SesEvent['bounce']>, traces: Traces): Report {
  const recipients = bounce.bouncedRecipients.flatMap((one) => failed(bounce, one) ?? []);
  return recipients.length > 0 ? { kind: 'bounces', recipients, ...traces } : { kind: 'nothing' };
}

/** Without a word of the server's a transient bounce may be an absence note: SES reports those so too. */
function failed(
  { bounceType, bounceSubType = '' }: NonNullable<SesEvent['bounce']>,
  { emailAddress: address, status = '', diagnosticCode = '' }: z.output<typeof recipient>,
): FailedRecipient | undefined {
  if (bounceType !== 'Permanent' && status === '' && diagnosticCode === '') return undefined;
  const diagnostic = diagnosticCode.replace(/^\s*[\w-]+\s*;\s*/, '');
  const ours = verdictOn({ action: 'failed', status, diagnostic, diagnosticType: 'smtp', remark: '' });
  const isHard =
    bounceType === 'Permanent' && (SURE.has(bounceSubType) || diagnostic === '' || ours.kind === 'hard');
  return {
    address,
    status: enhancedStatus(diagnostic, status),
    kind: isHard ? 'hard' : 'soft',
    reason: oneLine(diagnostic || `${bounceType} ${bounceSubType}`),
  };
}

/** Subtypes with which SES refuses the address itself from then on; `General` is every 5xx, of spam too. */
const SURE = new Set(['NoEmail', 'Suppressed', 'OnAccountSuppressionList']);

function complaintReport(
  { complainedRecipients, complaintFeedbackType }: NonNullable<SesEvent['complaint']>,
  traces: Traces,
): Report {
  if (complaintFeedbackType === 'not-spam') return { kind: 'nothing' };
  if (complaintFeedbackType === 'auth-failure') return { kind: 'authentication-report' };
  const recipients = complainedRecipients.map(({ emailAddress }) => emailAddress);
  return { kind: 'complaint', recipients, ...traces };
}
