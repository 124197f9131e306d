import { z } from 'zod';
import { DAY, isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { settingAs, writeSetting } from '../platform/settings.ts';
import type { CertificateFinding } from './certificate.ts';

const SETTING = 'certificate';

/** With fewer days left than so many, it should have been renewed by itself; and with fewer than so many it is urgent. */
export const EXPIRES_DAYS = 21;
export const EXPIRES_SOON_DAYS = 7;

const look = z.object({
  /** Of which host and port; of another one it says nothing. */
  host: z.string(),
  /** When the certificate was last seen, until when it holds, and what was wrong with it. */
  seen: z.object({ at: z.string(), until: z.string(), why: z.string().optional() }).optional(),
  /** The last try, where that saw nothing. */
  missed: z.object({ at: z.string(), why: z.string() }).optional(),
});

/** What is known of the certificate of this site; times as UTC text. */
export type CertificateLook = z.infer<typeof look>;

/** Undefined where nobody has looked yet, or SITE_URL was another one then. */
export async function lastCertificateLook(db: Db, siteUrl: URL): Promise<CertificateLook | undefined> {
  const kept = await settingAs(db, SETTING, look);
  return kept?.host === siteUrl.host ? kept : undefined;
}

/** Keeps what was found. A try that saw nothing takes nothing away: an end that is known goes on coming nearer. */
export async function noteCertificateLook(
  { db, clock, siteUrl }: Pick<Parts, 'db' | 'clock' | 'siteUrl'>,
  finding: CertificateFinding,
): Promise<void> {
  const at = isoTime(clock.now());
  const { host } = siteUrl;
  const before = await lastCertificateLook(db, siteUrl);
  const now: CertificateLook =
    finding.state === 'unseen'
      ? { host, seen: before?.seen, missed: { at, why: finding.why } }
      : {
          host,
          seen: { at, until: finding.until, why: finding.state === 'faulty' ? finding.why : undefined },
        };
  await writeSetting(db, SETTING, JSON.stringify(now));
}

/** Whole days from now until a time (UTC text); negative where that is over. */
export function daysUntil(time: string, now: Date): number {
  return Math.floor((Date.parse(time) - now.getTime()) / DAY);
}
