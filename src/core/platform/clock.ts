/** The time, handed in so that tests and `--now` can set it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still; `at` is any ISO 8601 time. */
export function fixedClock(at: string): Clock {
  return { now: () => new Date(at) };
}

/** UTC, ISO 8601 with milliseconds: the one form in which times are stored, so that text order is time order. */
export function isoTime(date: Date): string {
  return date.toISOString();
}

/** The time `ms` milliseconds after `date` (before it where negative), as stored text. */
export function isoAfter(date: Date, ms: number): string {
  return new Date(date.getTime() + ms).toISOString();
}

/** The UTC day of a moment: `2026-11-24`. */
export function utcDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
