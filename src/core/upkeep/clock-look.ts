import { type Clock, isoTime, SECOND, systemClock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { lastSeenAtWork } from '../platform/instance.ts';
import type { Parts } from '../platform/parts.ts';
import { latestTime } from './clock-rows.ts';
import { secondsAhead } from './postgres-rows.ts';

/** Machines that set their clocks by the network differ by less than a second. */
export const CLOCK_OFF_SECONDS = 60;

/** How far off our clock is, in seconds: positive where it is ahead. */
export type ClockFinding =
  | { by: 'database'; ahead: number }
  /** Something was written here at a time (UTC text) that has not come yet: the clock was set back, or was ahead. */
  | { by: 'row'; at: string; ahead: number };

/** What this machine can tell of its clock by what it asks anyway; undefined where nothing speaks against it. */
export async function clockFinding({
  db,
  engine,
  clock,
}: Pick<Parts, 'db' | 'engine' | 'clock'>): Promise<ClockFinding | undefined> {
  if (engine === 'postgres') {
    const ahead = await aheadOfDatabase(db);
    if (ahead !== undefined) return { by: 'database', ahead };
  }
  const latest = [await latestTime(db), await lastSeenAtWork({ db })];
  const at = latest
    .filter((one) => one !== undefined)
    .sort()
    .at(-1);
  if (at === undefined) return undefined;
  const ahead = (clock.now().getTime() - Date.parse(at)) / SECOND;
  return ahead < -CLOCK_OFF_SECONDS ? { by: 'row', at, ahead } : undefined;
}

/**
 * Our clock against that of PostgreSQL's machine, in seconds; undefined where they agree, or may: an answer that is
 * long on its way tells little.
 */
export async function aheadOfDatabase(db: Db, clock: Clock = systemClock): Promise<number | undefined> {
  const asked = clock.now();
  const theirs = await secondsAhead(db, isoTime(asked));
  const trip = (clock.now().getTime() - asked.getTime()) / SECOND;
  const ahead = trip / 2 - theirs; // they read theirs somewhere on the way: half of it, give or take half
  return Math.abs(ahead) - trip / 2 > CLOCK_OFF_SECONDS ? ahead : undefined;
}
