import type { DeliveryState } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { DeliveryCounts } from './deliveries-rows.ts';
import { hasLetterIn, UNSETTLED } from './move-rows.ts';

/** A letter in one of these may yet become something else by itself, or by its owner's word. */
const UNCOUNTABLE: readonly DeliveryState[] = [...UNSETTLED, 'uncertain'];

/** What is written down of these editions; of some there is nothing. */
export async function keptTallies(db: Db, editions: readonly string[]): Promise<Map<string, DeliveryCounts>> {
  if (editions.length === 0) return new Map();
  const rows = await db
    .selectFrom('edition_tally')
    .select(['edition_id', 'counts'])
    .where('edition_id', 'in', editions)
    .execute();
  return new Map(rows.map(({ edition_id, counts }) => [edition_id, JSON.parse(counts) as DeliveryCounts]));
}

/** An edition that has ended, has every letter settled, and was not tallied yet. */
export async function editionToTally(db: Db): Promise<string | undefined> {
  const row = await db
    .selectFrom('edition')
    .select('id')
    .where('state', 'in', ['sent', 'cancelled'])
    .where((w) =>
      w.not(
        w.exists(
          w
            .selectFrom('edition_tally')
            .select('edition_tally.edition_id')
            .whereRef('edition_tally.edition_id', '=', 'edition.id'),
        ),
      ),
    )
    .where((w) => w.not(hasLetterIn(w, UNCOUNTABLE)))
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

export async function insertTally(trx: Trx, edition: string, counts: DeliveryCounts): Promise<void> {
  await trx
    .insertInto('edition_tally')
    .values({ edition_id: edition, counts: JSON.stringify(counts) })
    .onConflict((conflict) => conflict.column('edition_id').doNothing())
    .execute();
}
