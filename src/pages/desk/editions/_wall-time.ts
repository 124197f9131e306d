import type { Site } from '#core/articles/site.ts';
import { instantAt } from '#core/editions/slots.ts';

/** How a time is to be typed where the browser has no field for it. */
export const WALL_TIME_FORM = 'Write the time as 2026-11-24T08:00.';

/**
 * The instant of a wall time in the site's zone, as UTC text; undefined where it is none.
 *
 * @param typed as `<input type="datetime-local">` has it: `2026-11-24T08:00`
 */
export function instantTyped(typed: string, { timeZone }: Pick<Site, 'timeZone'>): string | undefined {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(typed) ? Date.parse(`${typed}Z`) : Number.NaN;
  return Number.isFinite(wall) ? instantAt(wall, timeZone).toISOString() : undefined;
}

/** The same back: an instant as the field shows it. */
export function wallTime(at: string, { timeZone }: Pick<Site, 'timeZone'>): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return format.format(new Date(at)).replace(' ', 'T');
}
