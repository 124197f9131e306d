import type { Site } from './site.ts';

export type TimeForm = 'time' | 'date' | 'short' | 'day' | 'weekday' | 'month';

const FORMS: Record<TimeForm, Intl.DateTimeFormatOptions> = {
  time: {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  },
  date: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  short: { day: 'numeric', month: 'short' },
  day: { day: 'numeric', month: 'long', year: 'numeric' },
  weekday: { weekday: 'long', day: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};
const made = new Map<string, Intl.DateTimeFormat>(); // making one takes longer than a hundred uses

/** A moment in the site's own zone and language: `19 November 2018 at 14:30 UTC`. */
export function timeWords(
  { language, timeZone }: Pick<Site, 'language' | 'timeZone'>,
  at: string,
  form: TimeForm = 'time',
): string {
  const key = `${language} ${timeZone} ${form}`;
  const format = made.get(key) ?? new Intl.DateTimeFormat(localeOf(language), { ...FORMS[form], timeZone });
  made.set(key, format);
  return format.format(new Date(at));
}

/** A moment for machines, to the minute: a page that names it often is smaller where it is written in one way. */
export function minuteOf(at: string): string {
  return `${at.slice(0, 16)}Z`;
}

/** Plain English without a region would write the month first. */
export function localeOf(language: string): string {
  return language === 'en' ? 'en-GB' : language;
}
