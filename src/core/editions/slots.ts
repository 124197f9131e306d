import type { Site } from '../articles/site.ts';
import { weekdayNumber } from '../articles/site.ts';
import { DAY, HOUR, MINUTE } from '../platform/clock.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

/** The newest instant, not after `now`, at which a digest of this cadence is due. */
export function lastSlot(site: Site, cadence: Cadence, now: Date): Date {
  const { timeZone, newsletter } = site;
  const [hour = 0, minute = 0] = newsletter[cadence].time.split(':').map(Number);
  for (let back = 0; ; back++) {
    const day = wallDay(new Date(now.getTime() - back * DAY), timeZone);
    const fits =
      cadence === 'daily' ||
      (cadence === 'weekly' && day.getUTCDay() === weekdayNumber(newsletter.weekly.day)) ||
      (cadence === 'monthly' && day.getUTCDate() === newsletter.monthly.day);
    const slot = fits ? instantAt(day.getTime() + hour * HOUR + minute * MINUTE, timeZone) : undefined;
    if (slot && slot <= now) return slot;
  }
}

/** Midnight of the calendar day in a zone, written as if it were UTC. */
function wallDay(at: Date, timeZone: string): Date {
  const wall = new Date(at.getTime() + offsetAt(at, timeZone));
  return new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()));
}

/**
 * The instant of a wall time. In the hour that autumn repeats, the first of the two; in the hour that spring
 * leaves out, the first minute after it.
 *
 * @param wall milliseconds of the wall time as if it were UTC
 */
export function instantAt(wall: number, timeZone: string): Date {
  for (let later = 0; later <= 3 * HOUR; later += MINUTE) {
    const offsets = [-DAY, DAY].map((near) => offsetAt(new Date(wall + near), timeZone));
    const fits = offsets
      .map((offset) => new Date(wall + later - offset))
      .filter((at) => at.getTime() + offsetAt(at, timeZone) === wall + later);
    const first = fits.sort((a, b) => a.getTime() - b.getTime())[0];
    if (first) return first;
  }
  throw new Error(`no such time in ${timeZone}`);
}

/** How far a zone's wall is ahead of UTC at an instant, in milliseconds. */
function offsetAt(at: Date, timeZone: string): number {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
    at,
  );
  return Date.parse(`${wall.replace(' ', 'T')}Z`) - Math.floor(at.getTime() / 1000) * 1000;
}
