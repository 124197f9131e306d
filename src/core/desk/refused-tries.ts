import { DAY, utcDay } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { NoRoom } from '../platform/reserve.ts';
import { addToSetting } from '../platform/settings.ts';
import { countsBetween, deleteCountsBetween } from './refused-tries-rows.ts';

/** For so many days it is known how many tries there were. */
export const TRIES_DAYS = 30;
const NAME = 'refused-tries.';

/** How many tries to get into the desk were refused. */
export interface RefusedTries {
  count: number;
  /** The last day with one, UTC: `2026-11-24`; undefined where there was none. */
  lastDay: string | undefined;
}

/**
 * Counts a try to get in that was refused: by day and for all together, as whoever tries is nobody that is known here.
 * What is turned away by a limit is not looked at, hence not counted: a flood must not write without end. On a full disk
 * none is counted either: whoever mistypes a code then is to hear of that, and not of the disk.
 */
export async function noteRefusedTry({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  const name = NAME + utcDay(clock.now());
  try {
    await db.transaction().execute((trx) => addToSetting(trx, name, 1));
  } catch (error) {
    if (!(error instanceof NoRoom)) throw error;
  }
}

/** Those of the last 30 days. */
export async function refusedTries({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<RefusedTries> {
  const rows = await countsBetween(db, firstName(clock), NAME + utcDay(clock.now()));
  return {
    count: rows.reduce((sum, { value }) => sum + Number(value), 0),
    lastDay: rows.at(-1)?.name.slice(NAME.length),
  };
}

export async function forgetOldTries({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  await deleteCountsBetween(db, NAME, firstName(clock));
}

/** Of the day before the first that counts. */
function firstName(clock: Parts['clock']): string {
  return NAME + utcDay(new Date(clock.now().getTime() - TRIES_DAYS * DAY));
}
