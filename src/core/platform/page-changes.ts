import type { Clock } from './clock.ts';
import { isoTime } from './clock.ts';
import type { Db, Trx } from './db.ts';

/** Names what a page shows, so that it can be thrown away when that changes. */
export type PageTag = 'site' | 'articles' | 'editions' | `article:${string}` | `comments:${string}`;

/** Writes down, in the transaction that made it, that something on the pages changed. */
export async function recordPageChange(db: Db | Trx, clock: Clock, tags: readonly PageTag[]): Promise<void> {
  if (tags.length === 0) return;
  const at = isoTime(clock.now());
  await db
    .insertInto('page_change')
    .values(tags.map((tag) => ({ tag, at })))
    .execute();
}

/** Forgets changes that every server has seen. */
export async function deletePageChanges(db: Db, before: string): Promise<void> {
  await db.deleteFrom('page_change').where('at', '<', before).execute();
}

/** How far back a poll looks: on PostgreSQL a lower number may become visible after a higher one. */
const OVERLAP = 200;

/**
 * Tells one process of the page changes that any process recorded, so that a command, a worker or another
 * server makes every page cache forget the same pages.
 */
export class PageChanges {
  readonly #db: Db;
  readonly #listeners = new Set<(tags: readonly string[]) => void>();
  #seen = new Set<number>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Db) {
    this.#db = db;
  }

  onChange(listener: (tags: readonly string[]) => void): void {
    this.#listeners.add(listener);
  }

  /** Starts from now: what changed before this process rendered anything does not matter to it. */
  async start(everyMs: number, onError: (error: unknown) => void): Promise<void> {
    const newest = await this.#db
      .selectFrom('page_change')
      .select((e) => e.fn.max('id').as('id'))
      .executeTakeFirst();
    this.#last = newest?.id ?? 0;
    for (const row of await this.#rows()) this.#seen.add(row.id);
    const tick = async () => {
      await this.refresh().catch(onError);
      this.#timer = setTimeout(tick, everyMs).unref();
    };
    this.#timer = setTimeout(tick, everyMs).unref();
  }

  /** Looks now; a handler that has just changed something calls it before it answers. */
  async refresh(): Promise<void> {
    const fresh = (await this.#rows()).filter((row) => !this.#seen.has(row.id));
    if (fresh.length === 0) return;
    for (const row of fresh) this.#seen.add(row.id);
    this.#last = Math.max(this.#last, ...fresh.map((row) => row.id));
    this.#seen = new Set([...this.#seen].filter((id) => id > this.#last - OVERLAP));
    this.tell([...new Set(fresh.map((row) => row.tag))]);
  }

  /** For changes that every server sees by itself, such as a saved file. */
  tell(tags: readonly string[]): void {
    for (const listener of this.#listeners) listener(tags);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #rows() {
    return this.#db
      .selectFrom('page_change')
      .select(['id', 'tag'])
      .where('id', '>', this.#last - OVERLAP)
      .execute();
  }
}
