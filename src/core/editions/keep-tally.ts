import type { Parts } from '../platform/parts.ts';
import { countsOf } from './deliveries-rows.ts';
import { editionToTally, insertTally } from './tally-rows.ts';

/**
 * Writes down how the letters of an edition stand that has ended, the latest first; so that a list of a hundred editions
 * of a million letters does not count them all.
 *
 * @returns how many editions were counted: 1 or 0
 */
export async function keepTally({ db }: Pick<Parts, 'db'>): Promise<number> {
  const edition = await editionToTally(db);
  if (edition === undefined) return 0;
  await db.transaction().execute(async (trx) => {
    await insertTally(trx, edition, (await countsOf(trx, [edition])).get(edition) ?? {});
  });
  return 1;
}
