import { z } from 'zod';
import { isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { settingAs, writeSetting } from '../platform/settings.ts';
import type { DnsFinding } from './dns-records.ts';

const SETTING = 'mail-records';

const look = z.object({
  /** The last look that was answered. */
  at: z.string().optional(),
  faults: z.array(z.string()),
  /** The last try, where a name server did not answer it. */
  missed: z.string().optional(),
});

/**
 * When somebody looked last whether receivers can believe our letters (SPF, DKIM, DMARC, MX), and what was wrong; times
 * as UTC text.
 */
export type RecordsLook = z.infer<typeof look>;

export async function lastRecordsLook(db: Db): Promise<RecordsLook | undefined> {
  return settingAs(db, SETTING, look);
}

/** Keeps what was found. Where a name server did not answer, what was wrong before is not forgotten. */
export async function noteRecordsLook(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  findings: readonly DnsFinding[],
): Promise<void> {
  const now = isoTime(clock.now());
  const faults = findings.filter(({ level }) => level === 'fault').map(({ text }) => text);
  const before = (await lastRecordsLook(db)) ?? { faults };
  const isAnswered = !findings.some(({ unanswered }) => unanswered);
  await writeSetting(
    db,
    SETTING,
    JSON.stringify(isAnswered ? { at: now, faults } : { ...before, missed: now }),
  );
}
