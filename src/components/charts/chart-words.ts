import type { Span, Spans, Unit } from '#core/figures/spans.ts';
import { DAY } from '#core/platform/clock.ts';
import { localeOf, timeWords } from '../wording.ts';

/** Numbers and days in the site's language; days in UTC, as they are counted. */
export class ChartWords {
  readonly #language: string;
  readonly #whole: Intl.NumberFormat;
  readonly #short: Intl.NumberFormat;
  readonly #share: Intl.NumberFormat;
  readonly #month: Intl.DateTimeFormat;

  constructor({ language }: { language: string }) {
    const locale = localeOf(language);
    this.#language = language;
    this.#whole = new Intl.NumberFormat(locale);
    this.#short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
    this.#share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
    this.#month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  }

  /** `1,204`. */
  number = (count: number): string => this.#whole.format(count);

  /** `1,204 readers`, `1 reader`. */
  counted(count: number, one: string, many = `${one}s`): string {
    return `${this.number(count)} ${count === 1 ? one : many}`;
  }

  /** `31 more`, `31 fewer`, `as many`: than before. */
  change(count: number, { more = 'more', fewer = 'fewer' } = {}): string {
    if (count === 0) return 'as many';
    return `${this.number(Math.abs(count))} ${count > 0 ? more : fewer}`;
  }

  /** For the lines across a picture: `1,200`, `12K`, `1.2M`. */
  short = (count: number): string =>
    Math.abs(count) < 10_000 ? this.number(count) : this.#short.format(count);

  /** Of a share from 0 to 1: `2.5%`. */
  share = (share: number): string => this.#share.format(share);

  /** A span in a table: `24 November 2026`, `18 November 2026 to 24 November 2026`, `November 2026`, `2026`. */
  span({ from, to }: Span, unit: Unit): string {
    if (unit === 'year') return from.slice(0, 4);
    if (unit === 'month') return this.#day(from, 'month');
    return from === to ? this.#day(from, 'day') : `${this.#day(from, 'day')} to ${this.#day(to, 'day')}`;
  }

  /** When something was, in a sentence: `on 24 November 2026`, `from … to …`, `in November 2026`. */
  when(span: Span, unit: Unit): string {
    const preposition = { day: 'on', week: span.from === span.to ? 'on' : 'from', month: 'in', year: 'in' }[
      unit
    ];
    return `${preposition} ${this.span(span, unit)}`;
  }

  /** Spans in few words, for the bottom of a picture: `24 Nov`, `Nov 2026`, `2026`; a week is named by its last day. */
  places({ spans, unit }: Spans): string[] {
    return spans.map(({ to }) => {
      if (unit === 'year') return to.slice(0, 4);
      return unit === 'month' ? this.#month.format(new Date(to)) : this.#day(to, 'short');
    });
  }

  /** Days in few words: `24 Nov`; over more than a year `Nov 2026`. */
  days(days: readonly string[]): string[] {
    const [first = '', last = ''] = [days[0], days.at(-1)];
    const isLong = Date.parse(last) - Date.parse(first) > 365 * DAY;
    return days.map((day) => (isLong ? this.#month.format(new Date(day)) : this.#day(day, 'short')));
  }

  #day(day: string, form: 'day' | 'short' | 'month'): string {
    return timeWords({ language: this.#language, timeZone: 'UTC' }, day, form);
  }
}
