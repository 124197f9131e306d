import { z } from 'zod';
import type { Db, Trx } from '../platform/db.ts';
import { settingAs, writeSetting } from '../platform/settings.ts';

const SETTING = 'backup';

const backups = z.object({
  /** The last that succeeded: of which moment (UTC text), and its size. */
  good: z.object({ at: z.string(), bytes: z.number() }).optional(),
  /** The last one, where it failed. */
  failed: z.object({ at: z.string(), why: z.string() }).optional(),
});

/** What is known of backups here. */
export type Backups = z.infer<typeof backups>;

export async function lastBackups(db: Db): Promise<Backups> {
  return (await settingAs(db, SETTING, backups)) ?? {};
}

export async function noteGoodBackup(db: Db | Trx, good: NonNullable<Backups['good']>): Promise<void> {
  await writeSetting(db, SETTING, JSON.stringify({ good }));
}

export async function noteFailedBackup(db: Db, failed: NonNullable<Backups['failed']>): Promise<void> {
  const { good } = await lastBackups(db);
  await writeSetting(db, SETTING, JSON.stringify({ good, failed }));
}
