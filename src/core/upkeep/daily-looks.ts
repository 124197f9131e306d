import { isMadeUp, lookAtRecords, type RecordsParts } from '../mail/look-at-records.ts';
import { lastRecordsLook } from '../mail/records-look.ts';
import { DAY, HOUR } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { lookAtCertificate } from './certificate.ts';
import { lastCertificateLook, noteCertificateLook } from './certificate-look.ts';

export type LookParts = Parts & RecordsParts;

/**
 * Looks at what changes outside without a word to us, where the last look is a day old: the certificate that readers
 * see, and the records that tell receivers to believe our letters. What gave no answer is asked again after an hour.
 */
export async function lookAround(parts: LookParts, signal?: AbortSignal): Promise<void> {
  if (await isCertificateDue(parts)) {
    const finding = await lookAtCertificate(parts.siteUrl, { signal });
    if (!signal?.aborted) await noteCertificateLook(parts, finding);
  }
  if (!signal?.aborted && (await areRecordsDue(parts))) await lookAtRecords(parts, signal);
}

async function isCertificateDue({ db, clock, siteUrl }: LookParts): Promise<boolean> {
  if (siteUrl.protocol !== 'https:') return false;
  const { seen, missed } = (await lastCertificateLook(db, siteUrl)) ?? {};
  return isDue(clock.now(), { answered: seen?.at, tried: missed?.at });
}

async function areRecordsDue(parts: LookParts): Promise<boolean> {
  if (parts.config.smtpUrl === undefined || isMadeUp(parts)) return false;
  const look = await lastRecordsLook(parts.db);
  return isDue(parts.clock.now(), { answered: look?.at, tried: look?.missed });
}

/** @param looks when there was an answer last, and when there was none since; UTC text */
function isDue(now: Date, looks: { answered: string | undefined; tried: string | undefined }): boolean {
  const isOlder = (at: string | undefined, ms: number) =>
    at === undefined || Math.abs(now.getTime() - Date.parse(at)) >= ms; // also where the clock was set back
  return isOlder(looks.answered, DAY) && isOlder(looks.tried, HOUR - 1);
}
