import { parseEmailAddress } from '../../platform/email-address.ts';
import { isSameAddress } from './addresses.ts';
import type { FailedRecipient, Report } from './report.ts';

/** What a report says of one reader, once it is clear that it speaks of them. */
export interface Concern {
  kind: 'hard' | 'soft' | 'complaint' | 'opt-out';
  /** RFC 3463; empty where none was given. */
  status: string;
  reason: string;
}

/** What a report on a letter to one recipient says of them; undefined where it asks for nothing. */
export function concernOf(report: Report, recipient: string): Concern | undefined {
  if (report.kind === 'complaint' || report.kind === 'opt-out')
    return { kind: report.kind, status: '', reason: '' };
  if (report.kind !== 'bounces') return undefined;
  const about = report.recipients.filter(
    ({ address }) => address !== undefined && isSameAddress(address, recipient),
  );
  const failed = (about.length > 0 ? about : report.recipients).filter(hasFailed);
  // Where a letter went on to several, of whom none is the reader, one dead address is not the reader's end.
  const worst = failed.find(({ kind }) => kind === 'soft') ?? failed[0];
  return (
    worst && { kind: worst.kind === 'hard' ? 'hard' : 'soft', status: worst.status, reason: worst.reason }
  );
}

/** Whom a report names, by the key of their address, with what it says of each. */
export function concernsByKey(report: Report): Map<string, Concern> {
  const named = new Map<string, Concern>();
  const note = (address: string | undefined, concern: Concern) => {
    const key = parseEmailAddress(address ?? '')?.key;
    if (key !== undefined) named.set(key, concern);
  };
  if (report.kind === 'complaint' || report.kind === 'opt-out')
    for (const address of report.recipients) note(address, { kind: report.kind, status: '', reason: '' });
  if (report.kind === 'bounces')
    for (const { address, kind, status, reason } of report.recipients.filter(hasFailed))
      note(address, { kind: kind === 'hard' ? 'hard' : 'soft', status, reason });
  return named;
}

function hasFailed({ kind }: FailedRecipient): boolean {
  return kind === 'hard' || kind === 'soft';
}
