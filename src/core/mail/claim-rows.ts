import type { Db } from '../platform/db.ts';
import { Prepared, place, places } from '../platform/prepared.ts';
import { AT_THE_DOT, CLAIMED, DEFERRED, type Delivery, QUEUED } from './outbox-rows.ts';

/** Letters of one edition, or (null) of none. */
export type Scope = string | null;

/** Who takes rows, until when they are theirs, and how many at most. */
export interface Claim {
  owner: string;
  lease: string;
  scope: Scope;
  most: number;
}

/** Rows that were never tried, by domain, of the domains between two; the borders are not among them. */
export async function claimQueued(
  db: Db,
  { scope, most, ...lease }: Claim,
  { after, before }: { after?: string | undefined; before?: string | undefined } = {},
): Promise<Delivery[]> {
  const queued = waiting(db, scope, QUEUED)
    .$if(after !== undefined, (query) => query.where('domain', '>', after ?? ''))
    .$if(before !== undefined, (query) => query.where('domain', '<', before ?? ''))
    .orderBy('domain')
    .orderBy('id')
    .limit(most);
  return take(db, lease, queued, QUEUED);
}

/** The same of one domain. */
export async function claimQueuedOf(
  db: Db,
  { scope, most, ...lease }: Claim,
  domain: string,
): Promise<Delivery[]> {
  const queued = waiting(db, scope, QUEUED).where('domain', '=', domain).orderBy('id').limit(most);
  return take(db, lease, queued, QUEUED);
}

/** Rows that were put off, and whose time has come. */
export async function claimDeferred(
  db: Db,
  { scope, most, ...lease }: Claim,
  now: string,
): Promise<Delivery[]> {
  const due = waiting(db, scope, DEFERRED)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(most);
  return take(db, lease, due, DEFERRED);
}

type Waiting = typeof QUEUED | typeof DEFERRED;

/** Rows of a scope that wait in one of the two states. */
function waiting(db: Db, scope: Scope, state: Waiting) {
  return db
    .selectFrom('delivery')
    .select('id')
    .where('edition_id', scope === null ? 'is' : '=', scope)
    .where('state', '=', state);
}

/**
 * Takes rows that wait. What another worker is just taking is passed over on PostgreSQL: to wait for it could block both.
 * And the state is looked at again there, as that one may have been first.
 */
function take(
  db: Db,
  { owner, lease }: { owner: string; lease: string },
  rows: ReturnType<typeof waiting>,
  state: Waiting,
): Promise<Delivery[]> {
  return db
    .updateTable('delivery')
    .set((e) => ({
      state: 'claimed' as const,
      lease_owner: owner,
      lease_until: lease,
      attempts: e('attempts', '+', 1),
    }))
    .where('id', 'in', rows.forUpdate().skipLocked())
    .where('state', '=', state)
    .returningAll()
    .execute();
}

/** Whether anything of a scope waits that may be sent now. */
export async function hasDueRows(db: Db, scope: Scope, now: string): Promise<boolean> {
  const queued = await waiting(db, scope, QUEUED).limit(1).executeTakeFirst();
  const due = waiting(db, scope, DEFERRED).where('due_at', '<=', now).limit(1);
  return (queued ?? (await due.executeTakeFirst())) !== undefined;
}

/** Editions that are being sent now. */
export async function sendingEditions(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('edition')
    .select('id')
    .where('state', '=', 'sending')
    .orderBy('number')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

const AT_ONCE = 64;

/** Statements for rows at hand that are not sent now, and those that are not sent yet; compiled once. */
export class HeldRows {
  readonly #release: Prepared<unknown>;
  readonly #postpone: Prepared<unknown>;
  readonly #renew: Prepared<unknown>;

  constructor(db: Db) {
    const ids = places<number>('ids', AT_ONCE);
    const held = db.updateTable('delivery').where('id', 'in', ids);
    const ours = held.where('lease_owner', '=', place<string>('owner'));
    const back = ours
      .where('state', '=', CLAIMED)
      .set((e) => ({ lease_owner: null, lease_until: null, attempts: e('attempts', '-', 1) }));
    this.#release = new Prepared(back.set({ state: 'queued' }));
    this.#postpone = new Prepared(back.set({ state: 'deferred', due_at: place<string>('dueAt') }));
    this.#renew = new Prepared(
      ours.where('state', 'in', [CLAIMED, AT_THE_DOT]).set({ lease_until: place<string>('lease') }),
    );
  }

  /** Gives rows back untried. */
  async release(db: Db, owner: string, ids: readonly number[]): Promise<void> {
    for (const group of inGroups(ids)) await this.#release.run(db, { ids: group, owner });
  }

  /** Gives rows back untried, to be taken after a time. */
  async postpone(db: Db, owner: string, ids: readonly number[], dueAt: string): Promise<void> {
    for (const group of inGroups(ids)) await this.#postpone.run(db, { ids: group, owner, dueAt });
  }

  /** Keeps rows for longer. */
  async renew(db: Db, owner: string, ids: readonly number[], lease: string): Promise<void> {
    for (const group of inGroups(ids)) await this.#renew.run(db, { ids: group, owner, lease });
  }
}

function inGroups(ids: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
    ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
  );
}
