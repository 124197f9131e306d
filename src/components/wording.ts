import type { Site } from '#core/articles/site.ts';
import { localeOf, timeWords } from '#core/articles/time-words.ts';
import { inOrder, sumOf } from '#core/editions/deliveries.ts';
import type { DeliveryCounts } from '#core/editions/deliveries-rows.ts';
import { CADENCE_WORDS, type Edition } from '#core/editions/edition.ts';
import { numberWords } from '#core/editions/progress-words.ts';

export { localeOf, timeWords };

const days = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment in the site's time zone, for machines: `2026-11-24`. */
export function dayOf({ timeZone }: Pick<Site, 'timeZone'>, at: string): string {
  const format = days.get(timeZone) ?? new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' });
  days.set(timeZone, format);
  return format.format(new Date(at));
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How far a moment is from now: `3 hours ago`. */
export function distanceWords({ language }: Site, at: string, now: Date): string {
  const seconds = (Date.parse(at) - now.getTime()) / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(localeOf(language), { numeric: 'auto' }).format(
    Math.trunc(seconds / length),
    unit,
  );
}

/** When the weekly digest goes out: `Tuesday at 08:00 (UTC)`. */
export function weeklyTime({ newsletter: { weekly }, timeZone }: Site): string {
  return `${dayName(weekly.day)} at ${weekly.time} (${timeZone})`;
}

/** When the digests go out: `weekly on Tuesday at 08:00, daily at 07:00 or monthly on the 1st at 08:00 (UTC)`. */
export function digestTimes({ newsletter: { daily, weekly, monthly }, timeZone }: Site): string {
  return `weekly on ${dayName(weekly.day)} at ${weekly.time}, daily at ${daily.time} or monthly on the ${ordinal(monthly.day)} at ${monthly.time} (${timeZone})`;
}

function dayName(day: string): string {
  return day.charAt(0).toUpperCase() + day.slice(1);
}

function ordinal(day: number): string {
  const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };
  return `${day}${endings[new Intl.PluralRules('en', { type: 'ordinal' }).select(day)] ?? 'th'}`;
}

/** `1 comment`, `12 comments`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What an edition is: `Weekly digest`, `Alert`, `Update of an alert`, `Letter`. */
export function kindWords({ kind, cadence, contents }: Edition): string {
  if (kind === 'alert') return contents.update ? 'Update of an alert' : 'Alert';
  if (kind === 'letter') return 'Letter';
  return cadence ? `${CADENCE_WORDS[cadence]} digest` : 'Digest';
}

/** How the letters of an edition stand; each is in one of the counts: `8 of 10 sent, 2 deferred`. */
export function shareWords({ sent = 0, ...others }: DeliveryCounts): string {
  const rest = Object.entries(inOrder(others)).map(([state, count]) => `${numberWords(count)} ${state}`);
  return [`${numberWords(sent)} of ${numberWords(sent + sumOf(others))} sent`, ...rest].join(', ');
}
