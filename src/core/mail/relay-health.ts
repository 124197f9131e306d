import { z } from 'zod';
import { isoTime } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { settingAs, writeSetting } from '../platform/settings.ts';

/** What a sender learned of the relay: it is away, in its last words, and when it is tried again; or it takes letters. */
export type RelayNews = { state: 'away'; reply: string; nextTry: Date } | { state: 'here' };

const SETTING = 'relay-health';

const away = z.object({ since: z.string(), at: z.string(), reply: z.string(), nextTry: z.string() });

/** The relay is away: since when, when that was seen last, what it said, when it is tried again; times in UTC text. */
export type RelayAway = z.infer<typeof away>;

/** What the last sender to learn anything wrote down; undefined where the relay takes letters, as far as is known. */
export async function relayAway(db: Db): Promise<RelayAway | undefined> {
  return settingAs(db, SETTING, away);
}

export async function noteRelay({ db, clock }: Pick<Parts, 'db' | 'clock'>, news: RelayNews): Promise<void> {
  const known = await relayAway(db);
  if (news.state === 'here') {
    if (known) await writeSetting(db, SETTING, '');
    return;
  }
  const at = isoTime(clock.now());
  const { reply, nextTry } = news;
  const health: RelayAway = { since: known?.since ?? at, at, reply, nextTry: isoTime(nextTry) };
  await writeSetting(db, SETTING, JSON.stringify(health));
}
