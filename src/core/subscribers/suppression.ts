import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { derivedToken } from '../platform/tokens.ts';
import { endSubscription } from './end-subscription.ts';
import { insertSubscriberEvent, type Subscriber, subscriberByKey } from './subscriber-rows.ts';
import {
  deleteSuppression,
  insertSuppression,
  type Suppression,
  type SuppressionReason,
  suppressedSubscribers,
  suppressionByHash,
  suppressionsByHash,
} from './suppression-rows.ts';
import { skipWaiting } from './waiting-rows.ts';

export type { Suppression, SuppressionReason } from './suppression-rows.ts';

/** Reasons for which no letter goes to an address, whoever asks; `left` only keeps it from imports. */
export const FOR_GOOD = [
  'bounced',
  'not-me',
  'complaint',
  'by-hand',
] as const satisfies readonly SuppressionReason[];

/** What is kept of a suppressed address: nobody can read it back without the installation's secret. */
export function suppressionHash(secret: Buffer, emailKey: string): string {
  return derivedToken(secret, 'suppression', emailKey);
}

/**
 * Never writes to an address again, whether it is known or not: a subscriber is unsubscribed, their waiting letters are
 * skipped, and the hash stays when they are erased. Once more is the same; the first reason stays.
 *
 * @param words more about the reason, kept as evidence with the subscriber
 */
export async function suppress(
  parts: Pick<Parts, 'clock' | 'secret' | 'who'>,
  trx: Trx,
  emailKey: string,
  reason: SuppressionReason,
  words = '',
): Promise<void> {
  const { clock, secret } = parts;
  const now = isoTime(clock.now());
  const isNew = await insertSuppression(trx, { hash: suppressionHash(secret, emailKey), reason, at: now });
  const subscriber = await subscriberByKey(trx, emailKey);
  if (subscriber) await endLettersTo(trx, subscriber, { reason, words, now, isNew });
  if (isNew)
    await noteAct(trx, parts, {
      act: 'subscriber.suppress',
      subject: auditSubject(subscriber),
      after: reason,
    });
}

async function endLettersTo(
  trx: Trx,
  subscriber: Subscriber,
  { reason, words, now, isNew }: { reason: SuppressionReason; words: string; now: string; isNew: boolean },
): Promise<void> {
  const { id } = subscriber;
  await endSubscription(trx, subscriber, now);
  await skipWaiting(trx, id, `suppressed: ${reason}`, 'all');
  if (isNew)
    await insertSubscriberEvent(trx, {
      subscriber_id: id,
      at: now,
      kind: 'suppressed',
      network: null,
      detail: words === '' ? reason : `${reason}: ${words}`,
    });
}

/** As the audit log names somebody: by their number here, and not at all where they have none. */
export function auditSubject(subscriber: Pick<Subscriber, 'id'> | undefined): string {
  return subscriber ? `subscriber:${subscriber.id}` : 'an address unknown here';
}

/** Why no letter may go to an address, and since when; undefined where one may. */
export async function suppressionOf(
  { secret }: Pick<Parts, 'secret'>,
  db: Db | Trx,
  emailKey: string,
): Promise<Suppression | undefined> {
  return suppressionByHash(db, suppressionHash(secret, emailKey));
}

/** The same of some addresses, by their keys; those to which a letter may go are not among them. */
export async function suppressionsOf(
  { db, secret }: Pick<Parts, 'db' | 'secret'>,
  emailKeys: readonly string[],
): Promise<Map<string, Suppression>> {
  const hashes = new Map(emailKeys.map((key) => [suppressionHash(secret, key), key]));
  const found = await suppressionsByHash(db, [...hashes.keys()]);
  return new Map(found.map((one) => [hashes.get(one.hash) ?? '', one]));
}

/** Whether no letter may go to an address, even where somebody signs it up. */
export async function isSuppressed(
  parts: Pick<Parts, 'secret'>,
  db: Db | Trx,
  emailKey: string,
): Promise<boolean> {
  const found = await suppressionOf(parts, db, emailKey);
  return found !== undefined && found.reason !== 'left';
}

/**
 * Takes a suppression back: the owner's to do, when the person asked for it. They are not subscribed by it; they may
 * sign up again.
 *
 * @param evidence who asked for it, how and when: kept with the subscriber, where there is one
 * @returns false where the address was not suppressed
 */
export async function liftSuppression(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'log' | 'who'>,
  emailKey: string,
  evidence: string,
): Promise<boolean> {
  const { db, clock, secret, log } = parts;
  const at = isoTime(clock.now());
  const lifted = await db.transaction().execute(async (trx) => {
    const reasons = [...FOR_GOOD, 'left'] as const;
    if (!(await deleteSuppression(trx, suppressionHash(secret, emailKey), reasons))) return false;
    const subscriber = await subscriberByKey(trx, emailKey);
    if (subscriber)
      await insertSubscriberEvent(trx, {
        subscriber_id: subscriber.id,
        at,
        kind: 'lifted',
        network: null,
        detail: evidence,
      });
    await noteAct(trx, parts, { act: 'subscriber.lift', subject: auditSubject(subscriber) });
    return true;
  });
  if (lifted) log.info('suppression.lifted', {});
  return lifted;
}

/**
 * After a restore without the old secret, hashes are made anew of the addresses still there; those of erased people
 * cannot be, as nobody knows the addresses.
 *
 * @returns how many were made anew
 */
export async function suppressByNewSecret({ db, secret }: Pick<Parts, 'db' | 'secret'>): Promise<number> {
  let count = 0;
  let after = '';
  for (;;) {
    const found = await suppressedSubscribers(db, after, 500);
    if (found.length === 0) return count;
    await db.transaction().execute(async (trx) => {
      for (const { email_key, at, reason } of found) {
        const known = FOR_GOOD.find((one) => one === reason) ?? 'by-hand';
        await insertSuppression(trx, { hash: suppressionHash(secret, email_key), reason: known, at });
      }
    });
    count += found.length;
    after = found.at(-1)?.id ?? after;
  }
}
