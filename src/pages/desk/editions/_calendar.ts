import type { Site } from '#core/articles/site.ts';
import { localeOf } from '#core/articles/time-words.ts';
import { sumOf } from '#core/editions/deliveries.ts';
import type { DeliveryCounts } from '#core/editions/deliveries-rows.ts';
import { numberWords } from '#core/editions/progress-words.ts';

const CALENDAR = '/desk/editions/calendar/';

/** As far as the calendar goes. */
export const MONTHS = { first: '2000-01', last: '2099-12' };

/** Where a month is shown; none: this one. */
export function calendarPath(month?: string): string {
  return month === undefined ? CALENDAR : `${CALENDAR}?month=${month}`;
}

type Place = Pick<Site, 'language' | 'timeZone'>;

/** A month (`2026-11`) or a day (`2026-11-24`) in words: `November 2026`, `Tuesday 24 November`. */
export function dateWords({ language }: Place, date: string, form: 'month' | 'weekday'): string {
  const format: Intl.DateTimeFormatOptions =
    form === 'month'
      ? { month: 'long', year: 'numeric' }
      : { weekday: 'long', day: 'numeric', month: 'long' };
  const day = new Date(`${date.padEnd(10, '-01')}T00:00Z`);
  return new Intl.DateTimeFormat(localeOf(language), { ...format, timeZone: 'UTC' }).format(day);
}

/** What the clocks of the site show then: `08:00`. */
export function clockTime({ language, timeZone }: Place, at: string): string {
  const key = `${language} ${timeZone}`;
  const clock =
    clocks.get(key) ??
    new Intl.DateTimeFormat(localeOf(language), { timeZone, hour: '2-digit', minute: '2-digit' });
  clocks.set(key, clock);
  return clock.format(new Date(at));
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The days of a week, Monday first. */
export function weekdays({ language }: Place): { short: string; long: string }[] {
  return Array.from({ length: 7 }, (_, n) => {
    const day = new Date(Date.UTC(2024, 0, 1 + n)); // a Monday, and those after it
    const named = (weekday: 'short' | 'long') =>
      new Intl.DateTimeFormat(localeOf(language), { weekday, timeZone: 'UTC' }).format(day);
    return { short: named('short'), long: named('long') };
  });
}

/** The days of a month by weeks that begin on Monday; undefined where a week is of the month beside it. */
export function weeksOf<Day extends { day: string }>(days: readonly Day[]): (Day | undefined)[][] {
  const before = (new Date(`${days[0]?.day}T00:00Z`).getUTCDay() + 6) % 7;
  const places: (Day | undefined)[] = [...Array<undefined>(before).fill(undefined), ...days];
  while (places.length % 7 > 0) places.push(undefined);
  return Array.from({ length: places.length / 7 }, (_, n) => places.slice(7 * n, 7 * n + 7));
}

/** `1,204 letters`, or `1,150 of 1,204 letters` where not all are sent. */
export function letterWords(counts: DeliveryCounts): string {
  const all = sumOf(counts);
  const sent = counts.sent ?? 0;
  const letters = `${numberWords(all)} ${all === 1 ? 'letter' : 'letters'}`;
  return sent === all ? letters : `${numberWords(sent)} of ${letters}`;
}
