import { sql } from 'kysely';
import type { DeliveryState } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import { Prepared, place, places } from '../platform/prepared.ts';
import { AT_THE_DOT, CLAIMED } from './outbox-rows.ts';

/** What is known of a letter after an attempt. */
export interface Settled {
  state: DeliveryState;
  reply: string;
  sentAt?: string;
  dueAt?: string;
  attempts?: number;
}

export interface Sent {
  id: number;
  reply: string;
}

/** Statements for so many rows at once; the next larger one is taken. */
const SIZES = [1, 4, 16, 64] as const;

/** The statements of the ledger, compiled once. */
export class LedgerRows {
  readonly #owner: string;
  readonly #mark: Prepared<{ id: number }>[];
  readonly #sent: Prepared<{ id: number }>[];
  readonly #settle: Prepared<{ id: number }>;

  constructor(db: Db, owner: string) {
    this.#owner = owner;
    this.#mark = SIZES.map((size) => new Prepared(markStatement(db, size)));
    this.#sent = SIZES.map((size) => new Prepared(sentStatement(db, size)));
    this.#settle = new Prepared(settleStatement(db));
  }

  /** Written before the final dot is sent: after a crash it tells who may have got the letter from who cannot have. */
  async markAtTheDot(trx: Trx, ids: readonly number[]): Promise<Set<number>> {
    return this.#inGroups(ids, (group, at) =>
      (this.#mark[at] as Prepared<{ id: number }>).run(trx, { ids: group, owner: this.#owner }),
    );
  }

  /** Letters that the relay took; those that were still ours. */
  async settleSent(trx: Trx, sent: readonly Sent[], sentAt: string): Promise<Set<number>> {
    return this.#inGroups(sent, (group, at) =>
      (this.#sent[at] as Prepared<{ id: number }>).run(trx, {
        ids: group.map(({ id }) => id),
        replies: group.map(({ reply }) => reply),
        sentAt,
        owner: this.#owner,
      }),
    );
  }

  /** Writes down how any other attempt ended, and lets the row go; false where its owner no longer has it. */
  async settle(trx: Trx, id: number, { state, reply, sentAt, dueAt, attempts }: Settled): Promise<boolean> {
    const { rows } = await this.#settle.run(trx, {
      ...{ id, state, reply, owner: this.#owner },
      ...{ sentAt: sentAt ?? null, dueAt: dueAt ?? null, attempts: attempts ?? null },
    });
    return rows.length > 0;
  }

  async #inGroups<T>(
    items: readonly T[],
    run: (group: readonly T[], size: number) => Promise<{ rows: { id: number }[] }>,
  ): Promise<Set<number>> {
    const changed = new Set<number>();
    for (let start = 0; start < items.length; start += SIZES.at(-1) ?? 1) {
      const group = items.slice(start, start + (SIZES.at(-1) ?? 1));
      const { rows } = await run(
        group,
        SIZES.findIndex((size) => size >= group.length),
      );
      for (const { id } of rows) changed.add(id);
    }
    return changed;
  }
}

function markStatement(db: Db, size: number) {
  return db
    .updateTable('delivery')
    .set({ state: 'at-the-dot' })
    .where('id', 'in', places<number>('ids', size))
    .where('state', '=', CLAIMED)
    .where('lease_owner', '=', place<string>('owner'))
    .returning('id');
}

function sentStatement(db: Db, size: number) {
  const ids = places<number>('ids', size);
  const replies = places<string>('replies', size);
  const cases = sql.join(
    ids.map((id, index) => sql`when ${id} then ${replies[index]}`),
    sql` `,
  );
  return db
    .updateTable('delivery')
    .set({
      state: 'sent',
      reply: sql<string>`case id ${cases} end`,
      sent_at: place<string>('sentAt'),
      lease_owner: null,
      lease_until: null,
    })
    .where('id', 'in', ids)
    .where('state', '=', AT_THE_DOT) // a settled row stays settled, whoever comes late
    .where('lease_owner', '=', place<string>('owner'))
    .returning('id');
}

function settleStatement(db: Db) {
  return db
    .updateTable('delivery')
    .set((e) => ({
      state: place<DeliveryState>('state'),
      reply: place<string>('reply'),
      lease_owner: null,
      lease_until: null,
      sent_at: e.fn.coalesce(sql<string>`cast(${place('sentAt')} as text)`, 'sent_at'),
      due_at: e.fn.coalesce(sql<string>`cast(${place('dueAt')} as text)`, 'due_at'),
      attempts: e.fn.coalesce(sql<number>`cast(${place('attempts')} as integer)`, 'attempts'),
    }))
    .where('id', '=', place<number>('id'))
    .where('lease_owner', '=', place<string>('owner'))
    .where('state', 'in', [CLAIMED, AT_THE_DOT]) // a settled row stays settled, whoever comes late
    .returning('id');
}
