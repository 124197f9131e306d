import type { ExpressionBuilder } from 'kysely';
import type { DeliveryState, EditionState, Schema } from '#db/schema.ts';
import type { Db, Trx } from '../platform/db.ts';
import { type LastDigests, toldUpTo } from '../subscribers/told-rows.ts';

/** States in which a row of an edition has still to be settled; what is uncertain waits for the owner's word. */
export const UNSETTLED: readonly DeliveryState[] = ['queued', 'claimed', 'at-the-dot', 'deferred'];

/** Moves an edition only where it is still in one of the states; false where not. */
export async function changeEdition(
  db: Db | Trx,
  id: string,
  from: readonly EditionState[],
  change: { state: EditionState; reason?: string; due_at?: string; ended_at?: string | null },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('edition')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Skips what of an edition no relay was given yet; the number of letters.
 *
 * @param taker kept with the rows, so that whose letter was taken away now can be told from earlier ones
 */
export async function skipUnsent(
  trx: Trx,
  edition: string,
  { reason, taker }: { reason: string; taker: string },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: 'skipped', reply: reason, lease_owner: taker })
    .where('edition_id', '=', edition)
    .where('state', 'in', ['queued', 'deferred'])
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Readers whose letter of a digest or alert was taken away have not been told: for them it is as it was before, so that
 * their next digest holds those stories; that a digest since has left one out which their alert was to tell, too. A letter
 * that began with its last story was to tell an update of it to who knew that story: they have lost no article.
 *
 * @param number later than every digest so far, none of which then counts as their last
 */
export async function takeBackTold(
  trx: Trx,
  {
    edition,
    taker,
    number,
    lastStory,
  }: { edition: string; taker: string; number: number; lastStory: number },
  last: LastDigests,
): Promise<void> {
  await trx
    .updateTable('subscriber')
    .set((e) => {
      const since = e
        .selectFrom('delivery')
        .innerJoin('edition_variant', 'edition_variant.id', 'delivery.variant_id')
        .select('edition_variant.since')
        .where('delivery.edition_id', '=', edition)
        .whereRef('delivery.subscriber_id', '=', 'subscriber.id')
        .$asScalar();
      const told = toldUpTo(e, last);
      return {
        told_story: e.case().when(told, '<', since).then(told).else(since).end(),
        told_edition: number,
      };
    })
    .where('id', 'in', (e) =>
      e
        .selectFrom('delivery')
        .innerJoin('edition_variant', 'edition_variant.id', 'delivery.variant_id')
        .select('delivery.subscriber_id')
        .where('delivery.edition_id', '=', edition)
        .where('delivery.state', '=', 'skipped')
        .where('delivery.lease_owner', '=', taker)
        .where('edition_variant.since', '<', lastStory)
        .$narrowType<{ subscriber_id: string }>(),
    )
    .execute();
}

/** Whether the edition that a query looks at has a letter in one of these states. */
export function hasLetterIn(e: ExpressionBuilder<Schema, 'edition'>, states: readonly DeliveryState[]) {
  return e.exists(
    e
      .selectFrom('delivery')
      .select('delivery.id')
      .whereRef('delivery.edition_id', '=', 'edition.id')
      .where('delivery.state', 'in', states),
  );
}

/** Ends the editions of which every letter is settled; their ids. */
export async function endSettled(db: Db, now: string): Promise<string[]> {
  const rows = await db
    .updateTable('edition')
    .set({ state: 'sent', ended_at: now })
    .where('state', '=', 'sending')
    .where((w) => w.not(hasLetterIn(w, UNSETTLED)))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Cancelled editions with letters that a worker had in hand and has put off since. Asked edition by edition: a list of
 * what is queued would be a million rows long while another one is being sent (60 ms of SQLite's time).
 */
export async function cancelledWithUnsent(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('edition')
    .select('id')
    .where('state', '=', 'cancelled')
    .where((w) => hasLetterIn(w, ['queued', 'deferred']))
    .execute();
  return rows.map(({ id }) => id);
}
