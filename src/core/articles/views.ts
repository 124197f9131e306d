import { type Clock, DAY, MINUTE, utcDay } from '../platform/clock.ts';
import { addToDay } from '../platform/day-count-rows.ts';
import type { Db } from '../platform/db.ts';
import { wordsOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { articlePath } from './article.ts';
import {
  addMonthViews,
  addTotalViews,
  addViews,
  type DayViews,
  type ViewCounts,
  viewCounts,
} from './view-rows.ts';

/** What a crash can lose. */
const FLUSH_MS = MINUTE;

interface Counter {
  views: number;
}

/**
 * Counts how often each article is read on each UTC day, and nothing else: not by whom, from where, or in which order.
 * Counts wait in memory and are added to the database once a minute, so that a view costs a reader no wait.
 */
export class Views {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Per UTC day, per address; what a flush could not save waits here too. */
  #counts = new Map<string, Map<string, Counter>>();
  #today = new Map<string, Counter>();
  #todayEnds = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor({ db, clock, log }: { db: Db; clock: Clock; log: Log }) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Counts a view of what stands at an address. Called for each, so it does no more than it must: what is not the
   * address of an article is left out only when it is saved.
   */
  add(address: string): void {
    if (this.#clock.now().getTime() >= this.#todayEnds) this.#beginDay();
    const counter = this.#today.get(address);
    if (counter) counter.views++;
    else this.#today.set(address, { views: 1 });
  }

  /** Saves once a minute, until `close`. */
  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Saves what was counted; what cannot be saved is kept for the next time. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#save());
    return this.#flushing;
  }

  /** Saves a last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #beginDay(): void {
    const now = this.#clock.now();
    const day = utcDay(now);
    this.#today = this.#counts.get(day) ?? new Map();
    this.#counts.set(day, this.#today);
    this.#todayEnds = Date.parse(day) + DAY;
  }

  async #save(): Promise<void> {
    const counted = this.#take();
    if (counted.length === 0) return;
    try {
      await this.#db.transaction().execute(async (trx) => {
        await addViews(trx, counted);
        await addMonthViews(trx, monthsOf(counted));
        await addTotalViews(trx, totalsOf(counted));
        for (const [day, views] of daysOf(counted)) await addToDay(trx, 'views', day, views);
      });
    } catch (error) {
      for (const { slug, day, views } of counted) this.#giveBack(slug, day, views);
      this.#log.warn('views.unsaved', { message: wordsOf(error) });
    }
  }

  #take(): DayViews[] {
    const counted = [...this.#counts].flatMap(([day, counts]) =>
      [...counts].flatMap(([address, { views }]) => slugsIn(address).map((slug) => ({ slug, day, views }))),
    );
    this.#counts = new Map();
    this.#todayEnds = 0; // the next view begins a new map
    return counted.sort((a, b) => (a.day + a.slug < b.day + b.slug ? -1 : 1)); // two processes in one order: no deadlock
  }

  #giveBack(slug: string, day: string, views: number): void {
    const counts = this.#counts.get(day) ?? new Map<string, Counter>();
    this.#counts.set(day, counts);
    const address = articlePath(slug);
    counts.set(address, { views: (counts.get(address)?.views ?? 0) + views });
  }
}

/** How often each article was read today, in the last 7 and 30 days with today, and in all; UTC days, as far as saved. */
export function viewsNow(db: Db, clock: Clock): Promise<Map<string, ViewCounts>> {
  const now = clock.now();
  const daysAgo = (days: number) => utcDay(new Date(now.getTime() - days * DAY));
  return viewCounts(db, { today: daysAgo(0), week: daysAgo(6), month: daysAgo(29) });
}

/** None where it is the address of something else. */
function slugsIn(address: string): string[] {
  const slug = /^\/articles\/([a-z0-9-]+)\/$/.exec(address)?.[1];
  return slug === undefined ? [] : [slug];
}

function totalsOf(counted: readonly DayViews[]): Omit<DayViews, 'day'>[] {
  const totals = new Map<string, number>();
  for (const { slug, views } of counted) totals.set(slug, (totals.get(slug) ?? 0) + views);
  return [...totals].map(([slug, views]) => ({ slug, views })).sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

/** By month and slug; in the order of the days that were given. */
function monthsOf(counted: readonly DayViews[]): { month: string; slug: string; views: number }[] {
  const months = new Map<string, { month: string; slug: string; views: number }>();
  for (const { day, slug, views } of counted) {
    const month = day.slice(0, 7);
    const before = months.get(`${month} ${slug}`)?.views ?? 0;
    months.set(`${month} ${slug}`, { month, slug, views: before + views });
  }
  return [...months].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** Over all articles, by day. */
function daysOf(counted: readonly DayViews[]): Map<string, number> {
  const days = new Map<string, number>();
  for (const { day, views } of counted) days.set(day, (days.get(day) ?? 0) + views);
  return days;
}
