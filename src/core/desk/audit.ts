import { chainKey, hashOf, sealOf } from '../platform/audit-chain.ts';
import { holdEnd, insertActs, moveEnd } from '../platform/audit-rows.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';

/**
 * Writes down what somebody did: in the transaction that does it, so that neither is without the other.
 *
 * @param act.who a name at the desk
 * @param act.act a dotted word, such as `comment.approve`
 * @param act.subject what it was done to, by id; no secret, token or mail address, as in `before` and `after`
 */
export async function recordAct(
  db: Db | Trx,
  parts: Pick<Parts, 'clock' | 'secret'>,
  act: { who: string; act: string; subject: string; before?: string; after?: string },
): Promise<void> {
  if (!db.isTransaction) return db.transaction().execute((trx) => recordAct(trx, parts, act));
  const key = chainKey(parts.secret);
  const { head } = await holdEnd(db as Trx);
  const row = { id: (head?.id ?? 0) + 1, at: isoTime(parts.clock.now()), before: null, after: null, ...act };
  const hash = hashOf(key, head?.hash ?? '', row);
  await insertActs(db as Trx, [{ ...row, hash }]);
  await moveEnd(db as Trx, { id: row.id, hash, seal: sealOf(key, { id: row.id, hash }) });
}
