import type { Db, Trx } from '../platform/db.ts';
import { settingValue, writeSetting } from '../platform/settings.ts';
import { type Reception, receptionOf } from './reception-rows.ts';

/** What share of an edition's letters may come back or be complained of; and from how many on a share says anything. */
const LIMITS = {
  bounces: { share: 0.05, least: 5, words: 'came back' },
  complaints: { share: 0.003, least: 3, words: 'were complained of' },
} as const;

/** Why an edition should pause, in words; undefined where it may go on. */
export function tooMuch({ tried, ...counts }: Reception): string | undefined {
  for (const kind of ['bounces', 'complaints'] as const) {
    const { share, least, words } = LIMITS[kind];
    const count = counts[kind];
    if (count >= least && count >= share * tried)
      return `${count} of ${tried} letters ${words} (${percent(count / tried)}; the limit is ${percent(share)})`;
  }
  return undefined;
}

/** From here on the shares of an edition count anew: a person has looked. */
export async function noteResumed(trx: Trx, edition: string): Promise<void> {
  await writeSetting(trx, `resumed.${edition}`, JSON.stringify(await receptionOf(trx, edition)));
}

/** How its letters were received since a person resumed it last. */
export async function receptionSinceResumed(db: Db, edition: string): Promise<Reception> {
  const known = await settingValue(db, `resumed.${edition}`);
  const before = known === undefined ? undefined : (JSON.parse(known) as Reception);
  const now = await receptionOf(db, edition);
  return {
    tried: now.tried - (before?.tried ?? 0),
    bounces: now.bounces - (before?.bounces ?? 0),
    complaints: now.complaints - (before?.complaints ?? 0),
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
