import { addressIn, fieldBlocks } from './report-fields.ts';

/** What a provider's report on a letter asks for, and of which readers (RFC 5965, RFC 6430). */
export interface Feedback {
  kind: 'complaint' | 'opt-out' | 'authentication-report' | 'nothing';
  recipients: string[];
}

/** `fraud`: the reader took it for phishing. Of `virus` and `other` nobody knows what the reader wants. */
const KINDS: Record<string, Feedback['kind']> = {
  abuse: 'complaint',
  fraud: 'complaint',
  'opt-out': 'opt-out',
  'opt-out-list': 'opt-out',
  unsubscribe: 'opt-out',
  'auth-failure': 'authentication-report',
};

export function readFeedback(body: string): Feedback {
  const blocks = fieldBlocks(body);
  const all = (name: string) => blocks.flatMap((fields) => fields.get(name) ?? []);
  const named = [...all('original-rcpt-to'), ...all('removal-recipient')];
  const recipients = named.map(addressIn).filter((address) => address !== undefined);
  const type = all('feedback-type')[0]?.toLowerCase() ?? '';
  return { kind: KINDS[type] ?? 'nothing', recipients: [...new Set(recipients)] };
}
