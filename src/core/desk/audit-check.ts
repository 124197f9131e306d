import { isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { settingValue, writeSetting } from '../platform/settings.ts';
import { type Verdict, verifyActs } from './verify-acts.ts';

/** What came of the last time that the whole log was looked through at the desk. */
export interface Checked {
  /** UTC text. */
  at: string;
  verdict: Verdict;
}

const CHECKED = 'audit-checked';

/** Looks through the whole log, and keeps what came of it for whoever looks at the page next. */
export async function checkActs(parts: Pick<Parts, 'db' | 'engine' | 'clock' | 'secret'>): Promise<Checked> {
  const checked = { at: isoTime(parts.clock.now()), verdict: await verifyActs(parts) };
  await writeSetting(parts.db, CHECKED, JSON.stringify(checked));
  return checked;
}

/** Undefined where that was never done. */
export async function lastCheck(db: Db): Promise<Checked | undefined> {
  const kept = await settingValue(db, CHECKED);
  return kept === undefined ? undefined : (JSON.parse(kept) as Checked);
}
