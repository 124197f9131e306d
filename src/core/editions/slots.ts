import type { Site } from '../articles/site.ts';
import { weekdayNumber } from '../articles/site.ts';
import { DAY, HOUR, MINUTE } from '../platform/clock.ts';
import type { Cadence } from '../subscribers/subscriber.ts';

/** The newest instant, not after `now`, at which a digest of this cadence is due. */
export function lastSlot(site: Site, cadence: Cadence, now: Date): Date {
  const today = wallDay(now, site.timeZone);
  for (let back = 0; ; back++) {
    const slot = slotOn(site, cadence, today - back * DAY);
    if (slot && slot <= now) return slot;
  }
}

/** The first instant after `now` at which a digest of this cadence will be due. */
export function nextSlot(site: Site, cadence: Cadence, now: Date): Date {
  const today = wallDay(now, site.timeZone);
  for (let ahead = 0; ; ahead++) {
    const slot = slotOn(site, cadence, today + ahead * DAY);
    if (slot && slot > now) return slot;
  }
}

/**
 * When a digest is due on a calendar day of the site's zone, if on that day at all. Days are counted on the calendar: of
 * instants a day apart, two can lie on both sides of a Sunday that has but 23 hours.
 *
 * @param wall midnight of the day, as if it were UTC (milliseconds)
 */
function slotOn({ timeZone, newsletter }: Site, cadence: Cadence, wall: number): Date | undefined {
  const [hour = 0, minute = 0] = newsletter[cadence].time.split(':').map(Number);
  const day = new Date(wall);
  const fits =
    cadence === 'daily' ||
    (cadence === 'weekly' && day.getUTCDay() === weekdayNumber(newsletter.weekly.day)) ||
    (cadence === 'monthly' && day.getUTCDate() === newsletter.monthly.day);
  return fits ? instantAt(wall + hour * HOUR + minute * MINUTE, timeZone) : undefined;
}

/** Midnight of the calendar day in a zone, written as if it were UTC. */
function wallDay(at: Date, timeZone: string): number {
  const wall = new Date(at.getTime() + offsetAt(at, timeZone));
  return Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate());
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
  const wall = wallOf(timeZone).format(at);
  return Date.parse(`${wall.replace(' ', 'T')}Z`) - Math.floor(at.getTime() / 1000) * 1000;
}

/** A site has one zone; made anew for each of the forty times a look at the schedule asks, it took up to 18 ms. */
const walls = new Map<string, Intl.DateTimeFormat>();

function wallOf(timeZone: string): Intl.DateTimeFormat {
  const known = walls.get(timeZone);
  if (known) return known;
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  walls.set(timeZone, wall);
  return wall;
}
