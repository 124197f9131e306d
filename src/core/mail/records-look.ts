import { z } from 'zod';
import { isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { settingValue, writeSetting } from '../platform/settings.ts';
import type { DnsFinding } from './dns-records.ts';

const SETTING = 'mail-records';

const look = z.object({ at: z.string(), faults: z.array(z.string()) });

/** When somebody looked last whether receivers can believe our letters (SPF, DKIM, DMARC, MX), and what was wrong. */
export type RecordsLook = z.infer<typeof look>;

export async function lastRecordsLook(db: Db): Promise<RecordsLook | undefined> {
  const value = await settingValue(db, SETTING);
  return value === undefined ? undefined : look.safeParse(JSON.parse(value)).data;
}

export async function noteRecordsLook(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  findings: readonly DnsFinding[],
): Promise<void> {
  const faults = findings.filter(({ level }) => level === 'fault').map(({ text }) => text);
  await writeSetting(db, SETTING, JSON.stringify({ at: isoTime(clock.now()), faults }));
}
