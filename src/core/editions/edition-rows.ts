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

const NUMBER = 'edition-number';

export async function insertEdition(
  trx: Trx,
  { contents, lastStory, number, cadence, ...columns }: Edition,
  times: Pick<EditionTable, 'created_at' | 'started_at'>,
): Promise<void> {
  await trx
    .insertInto('edition')
    .values({
      ...columns,
      ...times,
      number: number ?? null,
      cadence: cadence ?? null,
      subject: null,
      last_story: lastStory,
      contents: JSON.stringify(contents),
      due_at: null,
      ended_at: null,
    })
    .execute();
}

function editionOf(row: Selectable<EditionTable>): Edition {
  const { id, kind, state, reason, since, until, title } = row;
  return {
    ...{ id, kind, state, reason, since, until, title },
    number: row.number ?? undefined,
    cadence: row.cadence ?? undefined,
    lastStory: row.last_story,
    contents: JSON.parse(row.contents) as EditionContents,
  };
}
