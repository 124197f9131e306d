import { type Selectable, sql } from 'kysely';
import type { AuditTable } from '#db/schema.ts';
import type { Db, Trx } from './db.ts';

export type ActRow = Selectable<AuditTable>;

/** Where the log ends: the number and hash of its last act, and the seal of both. */
export interface Head {
  id: number;
  hash: string;
  seal: string;
}

/** The note of the log's end, and the highest number that there really is. */
export interface End {
  /** Undefined where somebody has taken it away. */
  head: Head | undefined;
  last: number;
}

/** Holds the end until the transaction is over: whoever else adds to the log waits, so that numbers have no gap. */
export async function holdEnd(trx: Trx): Promise<End> {
  const head = await trx
    .selectFrom('audit_head')
    .select(['id', 'hash', 'seal'])
    .where('one', '=', 1)
    .forUpdate()
    .executeTakeFirst();
  const row = await trx
    .selectFrom('audit')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirst();
  return { head, last: row?.last ?? 0 };
}

/** Both as they are at one moment, whoever writes meanwhile. */
export async function endNow(db: Db | Trx): Promise<End> {
  const row = await db
    .selectFrom((from) =>
      from
        .selectFrom('audit')
        .select(({ fn }) => fn.max('id').as('last'))
        .as('highest'),
    )
    .leftJoin('audit_head', (join) => join.on('audit_head.one', '=', 1))
    .select(['highest.last', 'audit_head.id', 'audit_head.hash', 'audit_head.seal'])
    .executeTakeFirst();
  const last = row?.last ?? 0;
  if (!row || row.id === null || row.hash === null || row.seal === null) return { head: undefined, last };
  return { head: { id: row.id, hash: row.hash, seal: row.seal }, last };
}

export async function moveEnd(trx: Trx, head: Head): Promise<void> {
  await trx
    .insertInto('audit_head')
    .values({ one: 1, ...head })
    .onConflict((conflict) => conflict.column('one').doUpdateSet(head))
    .execute();
}

export async function insertActs(trx: Trx, rows: readonly ActRow[]): Promise<void> {
  await trx.insertInto('audit').values(rows).execute();
}

const COLUMNS = ['id', 'at', 'who', 'act', 'subject', 'before', 'after', 'hash'] as const;

/** Some acts after a number and up to another, in their order. */
export async function actsBetween(
  db: Db | Trx,
  { after, upTo, most }: { after: number; upTo: number; most: number },
): Promise<ActRow[]> {
  return db
    .selectFrom('audit')
    .select(COLUMNS)
    .where('id', '>', after)
    .where('id', '<=', upTo)
    .orderBy('id')
    .limit(most)
    .execute();
}

/** The hash of one act; undefined where there is no such act. */
export async function hashOfAct(db: Db | Trx, id: number): Promise<string | undefined> {
  const row = await db.selectFrom('audit').select('hash').where('id', '=', id).executeTakeFirst();
  return row?.hash;
}

/** The first act of a kind after a number. */
export async function firstOfKind(db: Db | Trx, act: string, after: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('act', '=', act)
    .where('id', '>', after)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** On SQLite: the number of an act that an index of the log does not say as it is (0 where it names none); else undefined. */
export async function strayFromIndex(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check('audit')`.execute(db);
  const [message = 'ok'] = rows.map((row) => row.integrity_check);
  return message === 'ok' ? undefined : Number(/row (\d+)/.exec(message)?.[1] ?? 0);
}

/** Which acts are asked for; what is left out asks for nothing. */
export interface ActFilter {
  who?: string | undefined;
  /** A whole word (`comment.approve`) or its beginning up to a dot (`comment`); small letters, dots and dashes. */
  act?: string | undefined;
  subject?: string | undefined;
  /** UTC text: from then on; before then. */
  since?: string | undefined;
  until?: string | undefined;
}

/** One way through the log: upwards from a number, or downwards. */
export interface ActPage {
  after?: number | undefined;
  before?: number | undefined;
  most: number;
}

/** Acts by what they are, newest first where they go down from a number, oldest first where they go up from one. */
export async function findActs(
  db: Db,
  filter: ActFilter,
  { after, before, most }: ActPage,
): Promise<ActRow[]> {
  const { who, act, subject, since, until } = filter;
  let query = db.selectFrom('audit').select(COLUMNS);
  if (who !== undefined) query = query.where('who', '=', who);
  if (act !== undefined) query = query.where((w) => w.or([w('act', '=', act), w('act', 'like', `${act}.%`)]));
  if (subject !== undefined) query = query.where('subject', '=', subject);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<', until);
  if (before !== undefined) query = query.where('id', '<', before);
  if (after !== undefined) query = query.where('id', '>', after);
  return query
    .orderBy('id', after === undefined ? 'desc' : 'asc')
    .limit(most)
    .execute();
}

/** Who has acted, and what acts there are: what a list of choices offers. */
export async function actChoices(db: Db): Promise<{ who: string[]; acts: string[] }> {
  const who = await db
    .selectFrom('audit')
    .select('who')
    .distinct()
    .orderBy('who')
    .limit(MOST_CHOICES)
    .execute();
  const acts = await db
    .selectFrom('audit')
    .select('act')
    .distinct()
    .orderBy('act')
    .limit(MOST_CHOICES)
    .execute();
  return { who: who.map((row) => row.who), acts: acts.map((row) => row.act) };
}

const MOST_CHOICES = 200;
