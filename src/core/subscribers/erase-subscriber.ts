import { removeKeptLetter } from '../mail/kept-mail.ts';
import { noteAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import { addToDay } from '../platform/day-count-rows.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { anonymizeEditionLetters, clearBounceReasons, deleteSubscriber, messageIdsOf } from './erase-rows.ts';
import { disallowLetterLinks } from './letter-links.ts';
import type { Subscriber } from './subscriber-rows.ts';
import { suppressionHash } from './suppression.ts';
import { insertSuppression } from './suppression-rows.ts';
import { skipWaiting } from './waiting-rows.ts';

/**
 * Erases a subscriber with all that is kept of them. A keyed hash of the address stays, so that no import brings them
 * back; by themselves they may sign up again.
 */
export async function eraseSubscriber(
  parts: Pick<Parts, 'config' | 'db' | 'clock' | 'log' | 'secret' | 'who'>,
  { id, email_key }: Pick<Subscriber, 'id' | 'email_key'>,
): Promise<void> {
  const { config, db, clock, secret, log } = parts;
  const letters = await db.transaction().execute(async (trx) => {
    const hash = suppressionHash(secret, email_key);
    await insertSuppression(trx, { hash, reason: 'left', at: isoTime(clock.now()) });
    const files = await eraseIn(trx, parts, id);
    await noteAct(trx, parts, { act: 'subscriber.erase', subject: `subscriber:${id}` });
    return files;
  });
  for (const messageId of letters) removeKeptLetter(config.dataDir, messageId);
  log.info('subscriber.erased', {});
}

/** @returns the letters of which a file may be kept, by their Message-ID */
export async function eraseIn(
  trx: Trx,
  { secret, clock }: Pick<Parts, 'secret' | 'clock'>,
  id: string,
): Promise<string[]> {
  const letters = await messageIdsOf(trx, id);
  const why = 'the subscriber was erased meanwhile';
  await skipWaiting(trx, id, why, 'all');
  await anonymizeEditionLetters(trx, id, why);
  await clearBounceReasons(trx, id);
  await disallowLetterLinks(trx, secret, id);
  if (await deleteSubscriber(trx, id)) await addToDay(trx, 'left', isoTime(clock.now()), 1);
  return letters;
}
