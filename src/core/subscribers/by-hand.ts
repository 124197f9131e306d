import { noteAct } from '../platform/audit.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { type BroughtIn, bringIn } from './bring-in.ts';
import { mailboxFrom } from './mailbox.ts';
import type { Choices } from './subscriber.ts';
import { type Subscriber, subscriberByKey } from './subscriber-rows.ts';
import { auditSubject } from './suppression.ts';

/** What the owner does at the machine's own console; each with the evidence for it. */

/**
 * Makes a reader of somebody who agreed to it by word or on paper. No letter comes of it.
 *
 * @param evidence who agreed, when and how
 * @throws AppError `invalid` (the address, or no evidence)
 */
export async function addByHand(
  parts: Parts,
  { email, choices, evidence }: { email: string; choices: Choices; evidence: string },
): Promise<BroughtIn> {
  const address = mailboxFrom(email);
  if (evidence.trim() === '')
    throw new AppError('invalid', 'Say how this person agreed: --evidence "asked for it by letter, 3 May".');
  const person = { address, choices, phrase: '', words: evidence.trim() };
  const unknown = { agreedAt: undefined, confirmedAt: undefined, network: undefined };
  const people = new Map([[address.key, { ...person, ...unknown }]]);
  const outcomes = await parts.db.transaction().execute(async (trx) => {
    const brought = await bringIn(trx, parts, 'added', people);
    if (brought.get(address.key) === 'added') {
      const subject = auditSubject(await subscriberByKey(trx, address.key));
      await noteAct(trx, parts, { act: 'subscriber.add', subject, after: choices.cadence });
    }
    return brought;
  });
  const outcome = outcomes.get(address.key) ?? 'already-here';
  if (outcome === 'added') parts.log.info('subscriber.added', {});
  return outcome;
}

/** @throws AppError `invalid` (the address), `not-found` */
export async function knownSubscriber({ db }: Pick<Parts, 'db'>, email: string): Promise<Subscriber> {
  const subscriber = await subscriberByKey(db, mailboxFrom(email).key);
  if (!subscriber) throw new AppError('not-found', 'Nobody is known here by that address.');
  return subscriber;
}
