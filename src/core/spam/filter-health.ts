import { z } from 'zod';
import type { Db } from '../platform/db.ts';
import { settingAs, writeSetting } from '../platform/settings.ts';

const SETTING = 'filter-health';

const filterHealth = z.object({
  /** `unknown`: not asked yet. */
  state: z.enum(['unknown', 'answering', 'silent', 'bad-key']),
  since: z.string(),
  /** Of a silence: what the last check met; absent where only the key was asked about. */
  why: z.enum(['time-out', 'unreachable', 'garbage', 'bad-key', 'busy']).optional(),
  answeredAt: z.string().optional(),
  /** How far our clock is ahead of the filter's by its last answer, where that is more than a minute. */
  secondsAhead: z.number().optional(),
  /** The last time that the key was found valid or invalid. */
  verifiedAt: z.string().optional(),
  key: z.enum(['valid', 'invalid']).optional(),
  /** As long as it comes with the answers; `at` is when it came first. */
  alert: z.object({ code: z.string().optional(), text: z.string(), at: z.string() }).optional(),
  /** `limit` is absent where there is none. */
  usage: z
    .object({
      limit: z.number().optional(),
      used: z.number(),
      percentage: z.number(),
      throttled: z.boolean(),
      at: z.string(),
    })
    .optional(),
});

/** How the filter fares, for the desk and the log: times in ISO 8601, no key, no address. */
export type FilterHealth = z.infer<typeof filterHealth>;

/** What a process of this installation last wrote, or undefined where none has. */
export async function readFilterHealth(db: Db): Promise<FilterHealth | undefined> {
  return settingAs(db, SETTING, filterHealth);
}

/** Server and worker each write: what this process does not know is left as the other wrote it. */
export async function writeFilterHealth(db: Db, health: FilterHealth): Promise<void> {
  const stored = await readFilterHealth(db);
  await writeSetting(db, SETTING, JSON.stringify({ ...stored, ...health }));
}
