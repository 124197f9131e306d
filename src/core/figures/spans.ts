import { DAY, utcDay } from '../platform/clock.ts';

/** How far back the pictures go; the first is for who does not ask. */
export const RANGES = ['half-year', '4-weeks', 'year', 'all'] as const;
export type Range = (typeof RANGES)[number];

export const RANGE_DAYS: Record<Range, number> = {
  '4-weeks': 4 * 7,
  'half-year': 26 * 7,
  year: 52 * 7,
  all: Number.POSITIVE_INFINITY,
};

export type Unit = 'day' | 'week' | 'month' | 'year';

/** Up to so many days are shown one by one, up to so many by weeks, up to so many by months. */
const MOST_DAYS = 62;
const MOST_IN_WEEKS = 54 * 7;
const MOST_IN_MONTHS = 12 * 366;

/** Days in UTC, `2026-11-24`; both belong to it. */
export interface Span {
  from: string;
  to: string;
}

/** Spans without a gap, the oldest first; the last ends today and is not over. */
export interface Spans {
  unit: Unit;
  spans: Span[];
}

/**
 * The spans of a range up to today. Weeks are counted back from today, so that each is a whole one. Before anything was
 * counted nothing is shown: a line of zeros would say that there was a site without readers.
 *
 * @param first the day from which on anything was counted; undefined for never
 * @param mostDays up to how many days each stands by itself; 0 where a day says nothing
 */
export function spansOf(range: Range, today: string, first: string | undefined, mostDays = MOST_DAYS): Spans {
  const known = first === undefined || first > today ? today : first;
  const asked = range === 'all' ? known : daysAfter(today, 1 - RANGE_DAYS[range]);
  const from = [asked, known].sort()[1] as string; // the later one
  const unit = unitFor(daysBetween(asked, today) + 1, mostDays);
  const spans: Span[] = [];
  for (let to = today; to >= from; ) {
    const start = startOf(unit, to);
    spans.push({ from: start < asked && range !== 'all' ? asked : start, to });
    to = daysAfter(start, -1);
  }
  return { unit, spans: spans.reverse() };
}

function unitFor(days: number, mostDays: number): Unit {
  if (days <= mostDays) return 'day';
  if (days <= MOST_IN_WEEKS) return 'week';
  return days <= MOST_IN_MONTHS ? 'month' : 'year';
}

/** The first day of the span that ends on a day. */
function startOf(unit: Unit, to: string): string {
  if (unit === 'day') return to;
  if (unit === 'week') return daysAfter(to, -6);
  return unit === 'month' ? `${to.slice(0, 8)}01` : `${to.slice(0, 5)}01-01`;
}

/** What was counted by day, added up by span; days outside of all are left out. */
export function addedUp(
  { spans }: Pick<Spans, 'spans'>,
  days: readonly { day: string; count: number }[],
): number[] {
  const sums = spans.map(() => 0);
  let place = 0;
  for (const { day, count } of days.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
    while (place < spans.length && (spans[place] as Span).to < day) place++;
    const span = spans[place];
    if (span && span.from <= day) sums[place] = (sums[place] ?? 0) + count;
  }
  return sums;
}

export function daysAfter(day: string, days: number): string {
  return utcDay(new Date(Date.parse(day) + days * DAY));
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}
