import type { Library } from '../articles/library.ts';
import { isoTime } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { CADENCES, type Cadence } from '../subscribers/subscriber.ts';
import { type DatedEdition, editionBeside, editionsBetween, lettersMade } from './calendar-rows.ts';
import type { DeliveryCounts } from './deliveries-rows.ts';
import { CADENCE_WORDS } from './edition.ts';
import { planOf } from './plan-rows.ts';
import type { ProgressWatch } from './progress.ts';
import { instantAt, nextSlot } from './slots.ts';
import { dayIn } from './start-edition.ts';
import { keptTallies } from './tally-rows.ts';

/** Something that went out, is to go out, or appears. */
export interface CalendarEntry {
  /** UTC text. */
  at: string;
  title: string;
  what:
    | { kind: 'edition'; edition: DatedEdition; counts: DeliveryCounts }
    /** Goes out by itself, where there is something new then; only the next one can be composed. */
    | { kind: 'digest'; cadence: Cadence; isNext: boolean }
    /** A file of content/letters with a time. */
    | { kind: 'letter'; name: string }
    | { kind: 'article'; slug: string };
}

/** One calendar day in the site's time zone. */
export interface CalendarDay {
  /** `2026-11-24` */
  day: string;
  entries: CalendarEntry[];
}

export interface CalendarMonth {
  /** `2026-11` */
  month: string;
  /** Every day of the month, in order. */
  days: CalendarDay[];
  /** There were more editions than are shown. */
  isCut: boolean;
  /** Where nothing stands in it: when the edition before it and the one after it went out (UTC text). */
  beside: { before: string | undefined; after: string | undefined } | undefined;
}

/** More would be no page to read, and no month of one writer. */
const MOST = 300;

type CalendarParts = Parts & { library: Library; progress: ProgressWatch };

/**
 * What went out in a month of the site's time zone, what will go out by itself, and which articles appear.
 *
 * @param month `2026-11`
 */
export async function calendarMonth(parts: CalendarParts, month: string): Promise<CalendarMonth> {
  const { db, library } = parts;
  const { timeZone } = library.site;
  const times = { from: startOf(month, timeZone), until: startOf(besideMonth(month, 1), timeZone) };
  const editions = await editionsBetween(db, { ...times, most: MOST + 1 });
  const entries = [
    ...(await sentAndWaiting(parts, editions.slice(0, MOST))),
    ...(await digestsToCome(parts, times)),
    ...(await lettersToCome(parts, times)),
    ...articlesToCome(parts, times),
  ].sort((a, b) => compare(a.at, b.at) || compare(a.title, b.title));
  const byDay = Map.groupBy(entries, ({ at }) => dayIn(timeZone, new Date(at)));
  const days = daysOf(month).map((day) => ({ day, entries: byDay.get(day) ?? [] }));
  const beside = entries.length > 0 ? undefined : await neighbours(parts, times);
  return { month, days, isCut: editions.length > MOST, beside };
}

/** The month in which a time lies: `2026-11`. */
export function monthIn(timeZone: string, at: Date): string {
  return dayIn(timeZone, at).slice(0, 7);
}

/** So many months later, or earlier. */
export function besideMonth(month: string, ahead: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + ahead, 1)).toISOString().slice(0, 7);
}

/** Both in UTC text; `until` is not in it. */
interface Times {
  from: string;
  until: string;
}

function startOf(month: string, timeZone: string): string {
  return isoTime(instantAt(Date.parse(`${month}-01T00:00Z`), timeZone));
}

function daysOf(month: string): string[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, n) => `${month}-${String(n + 1).padStart(2, '0')}`);
}

async function sentAndWaiting(
  { db, progress }: CalendarParts,
  editions: readonly DatedEdition[],
): Promise<CalendarEntry[]> {
  const tallies = await keptTallies(
    db,
    editions.map(({ id }) => id),
  );
  return Promise.all(
    editions.map(async (edition) => {
      const counts = tallies.get(edition.id) ?? (await progress.countsOf(edition));
      return { at: edition.at, title: edition.title, what: { kind: 'edition', edition, counts } } as const;
    }),
  );
}

/** By the schedule, but where a plan has a time of its own: until then the schedule's hours pass. */
async function digestsToCome(parts: CalendarParts, times: Times): Promise<CalendarEntry[]> {
  const { db, clock, library } = parts;
  const now = isoTime(clock.now());
  const found: CalendarEntry[] = [];
  for (const cadence of CADENCES) {
    const own = (await planOf(db, cadence))?.dueAt;
    const next = own ?? isoTime(nextSlot(library.site, cadence, clock.now()));
    const after = [now, own ?? '', justBefore(times.from)].sort().at(-1) ?? now;
    const hours = own !== undefined && isIn(times, own) ? [own] : [];
    for (let slot = new Date(after); ; ) {
      slot = nextSlot(library.site, cadence, slot);
      if (isoTime(slot) >= times.until) break;
      hours.push(isoTime(slot));
    }
    const title = `${CADENCE_WORDS[cadence]} digest`;
    for (const at of hours) found.push({ at, title, what: { kind: 'digest', cadence, isNext: at === next } });
  }
  return found;
}

function justBefore(time: string): string {
  return isoTime(new Date(Date.parse(time) - 1));
}

async function lettersToCome({ db, clock, library }: CalendarParts, times: Times): Promise<CalendarEntry[]> {
  const now = isoTime(clock.now());
  const letters = library
    .letters()
    .filter(({ draft, send }) => !draft && send !== undefined && send > now && isIn(times, send));
  const made = await lettersMade(
    db,
    letters.map(({ name }) => name),
  );
  return letters
    .filter(({ name }) => !made.has(name))
    .map(({ name, title, send = '' }) => ({ at: send, title, what: { kind: 'letter', name } }));
}

function articlesToCome({ clock, library }: CalendarParts, times: Times): CalendarEntry[] {
  const now = isoTime(clock.now());
  return library
    .articlesAt(new Date(justBefore(times.until)))
    .filter(({ published }) => published > now && isIn(times, published))
    .map(({ slug, title, published }) => ({ at: published, title, what: { kind: 'article', slug } }));
}

async function neighbours({ db }: CalendarParts, { from, until }: Times): Promise<CalendarMonth['beside']> {
  return {
    before: await editionBeside(db, from, 'before'),
    after: await editionBeside(db, until, 'after'),
  };
}

function isIn({ from, until }: Times, at: string): boolean {
  return at >= from && at < until;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
