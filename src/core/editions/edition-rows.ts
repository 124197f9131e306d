import type { Selectable } from 'kysely';
import type { EditionTable } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import { addToSetting, settingValue } from '../platform/settings.ts';
import type { Cadence } from '../subscribers/subscriber.ts';
import type { Edition, EditionContents } from './edition.ts';

export async function editionById(db: Db | Trx, id: string): Promise<Edition | undefined> {
  const row = await db.selectFrom('edition').selectAll().where('id', '=', id).executeTakeFirst();
  return row && editionOf(row);
}

/** Those that have started, newest first. */
export async function editions(db: Db, most: number): Promise<Edition[]> {
  const rows = await db
    .selectFrom('edition')
    .selectAll()
    .where('number', 'is not', null)
    .orderBy('until', 'desc')
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map(editionOf);
}

/** Every edition, whatever its state, the last made first. */
export async function allEditions(db: Db, most: number): Promise<Edition[]> {
  const rows = await db
    .selectFrom('edition')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
  return rows.map(editionOf);
}

/** Editions that wait, are being sent or are paused, the last made first. */
export async function openEditions(db: Db, most: number): Promise<Edition[]> {
  const rows = await db
    .selectFrom('edition')
    .selectAll()
    .where('state', 'in', ['waiting', 'scheduled', 'sending', 'paused'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
  return rows.map(editionOf);
}

export async function editionsIn(db: Db | Trx, state: Edition['state']): Promise<Edition[]> {
  const rows = await db.selectFrom('edition').selectAll().where('state', '=', state).orderBy('id').execute();
  return rows.map(editionOf);
}

/** What was made of an article, an update or a letter's file; there is at most one. */
export async function editionOn(
  db: Db | Trx,
  kind: 'alert' | 'letter',
  subject: string,
): Promise<Edition | undefined> {
  const row = await db
    .selectFrom('edition')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row && editionOf(row);
}

export async function lastEdition(db: Db | Trx, cadence: Cadence): Promise<Edition | undefined> {
  const row = await db
    .selectFrom('edition')
    .selectAll()
    .where('cadence', '=', cadence)
    .where('number', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && editionOf(row);
}

/** The latest digest up to an edition of that number: of this cadence where there is one, else of any. */
export async function digestBefore(
  db: Db | Trx,
  cadence: Cadence,
  number: number,
): Promise<Edition | undefined> {
  const rows = await db
    .selectFrom('edition')
    .selectAll()
    .where('kind', '=', 'digest')
    .where('number', '<=', number)
    .orderBy((e) => e.case().when('cadence', '=', cadence).then(0).else(1).end())
    .orderBy('number', 'desc')
    .limit(1)
    .execute();
  return rows.map(editionOf)[0];
}

/** The next edition's number. Whoever has it holds up others that start one until the transaction ends. */
export async function takeEditionNumber(trx: Trx): Promise<number> {
  const newest = await trx
    .selectFrom('edition')
    .select((e) => e.fn.max('number').as('newest'))
    .executeTakeFirst();
  await addToSetting(trx, NUMBER, 1);
  const counted = Number(await settingValue(trx, NUMBER));
  const number = Math.max(counted, (newest?.newest ?? 0) + 1); // editions from before numbers were counted
  if (number > counted) await addToSetting(trx, NUMBER, number - counted);
  return number;
}

/** Holds up others that start an edition or change a plan until the transaction ends; no number is taken. */
export async function holdEditions(trx: Trx): Promise<void> {
  await addToSetting(trx, NUMBER, 0);
}

const NUMBER = 'edition-number';

/** Writes down an edition, or that one which waited has started now; false where it has not waited any more. */
export async function insertEdition(
  trx: Trx,
  edition: Edition,
  times: Pick<EditionTable, 'created_at' | 'started_at'>,
): Promise<boolean> {
  const row = rowOf(edition, times);
  const { id: _id, created_at: _made, due_at: _due, ...started } = row;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('edition')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(started).where('edition.state', 'in', ['waiting', 'scheduled']),
    )
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

function rowOf(
  edition: Edition,
  times: Pick<EditionTable, 'created_at' | 'started_at'>,
): Selectable<EditionTable> {
  const { id, kind, state, reason, since, until, title, lastStory, contents } = edition;
  return {
    ...{ id, kind, state, reason, since, until, title, ...times },
    number: edition.number ?? null,
    cadence: edition.cadence ?? null,
    subject: edition.subject ?? null,
    last_story: lastStory,
    contents: JSON.stringify(contents),
    due_at: edition.dueAt ?? null,
    ended_at: null,
  };
}

function editionOf(row: Selectable<EditionTable>): Edition {
  const { id, kind, state, reason, since, until, title } = row;
  return {
    ...{ id, kind, state, reason, since, until, title },
    number: row.number ?? undefined,
    cadence: row.cadence ?? undefined,
    subject: row.subject ?? undefined,
    lastStory: row.last_story,
    contents: JSON.parse(row.contents) as EditionContents,
    dueAt: row.due_at ?? undefined,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}
