import { noteAct } from '../platform/audit.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { type BroughtIn, bringIn } from './bring-in.ts';
import { mailboxFrom } from './mailbox.ts';
import { changeChoices } from './preferences.ts';
import { takeSignUp } from './subscribe.ts';
import type { Choices } from './subscriber.ts';
import { type Subscriber, subscriberByKey } from './subscriber-rows.ts';
import { auditSubject, isSuppressed, liftSuppression, suppress, suppressionOf } from './suppression.ts';
import { unsubscribe } from './unsubscribe.ts';

/** What the owner does at the desk or at the machine's own console; each with the evidence for it. */

/** Somebody whom the owner writes down. */
export interface WrittenDown {
  /** As typed. */
  email: string;
  choices: Choices;
  /** Who agreed, when and how. */
  evidence: string;
}

/**
 * Makes a reader of somebody who agreed to it by word or on paper. No letter comes of it.
 *
 * @throws AppError `invalid` (the address, or no evidence)
 */
export async function addByHand(parts: Parts, { email, choices, evidence }: WrittenDown): Promise<BroughtIn> {
  const address = mailboxFrom(email);
  const person = { address, choices, phrase: '', words: evidenceFrom(evidence) };
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

/** `asked`: a confirmation is on its way; `asked-enough`: they have had their share of those and never answered. */
export type Asked = 'asked' | 'asked-enough' | Exclude<BroughtIn, 'added'>;

/**
 * Asks somebody to confirm what they told the owner: they are a reader once they press the button. Whoever left or is
 * suppressed is not asked, as no list brings them back: they can sign up themselves.
 *
 * @throws AppError `invalid` (the address, or no evidence)
 */
export async function askByHand(parts: Parts, { email, choices, evidence }: WrittenDown): Promise<Asked> {
  const address = mailboxFrom(email);
  const consent = `Written down at the desk: ${evidenceFrom(evidence)}`;
  return parts.db.transaction().execute(async (trx) => {
    const known = await subscriberByKey(trx, address.key);
    if (known?.state === 'confirmed') return 'already-here';
    if (known?.state === 'unsubscribed' || (await suppressionOf(parts, trx, address.key))) return 'guarded';
    const isAsked = await takeSignUp(trx, parts, address, { choices, network: null, consent });
    if (!isAsked) return 'asked-enough';
    const subject = auditSubject(await subscriberByKey(trx, address.key));
    await noteAct(trx, parts, { act: 'subscriber.ask', subject, after: choices.cadence });
    return 'asked';
  });
}

/**
 * Changes what somebody gets, as they asked the owner to.
 *
 * @returns false where they are no reader any more
 * @throws AppError `invalid` (no evidence)
 */
export async function changeByHand(
  parts: Pick<Parts, 'db' | 'clock' | 'secret' | 'who'>,
  subscriber: Pick<Subscriber, 'id'>,
  { choices, evidence }: Pick<WrittenDown, 'choices' | 'evidence'>,
): Promise<boolean> {
  return changeChoices(parts, subscriber, choices, null, `by hand: ${evidenceFrom(evidence)}`);
}

/** @throws AppError `invalid` (no evidence) */
export async function unsubscribeByHand(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret' | 'who'>,
  subscriber: Pick<Subscriber, 'id'>,
  evidence: string,
): Promise<void> {
  await unsubscribe(parts, subscriber, null, `by hand: ${evidenceFrom(evidence)}`);
}

/**
 * Never writes to an address again, whether it is known or not.
 *
 * @param emailKey of `mailboxFrom`, or a subscriber's
 * @returns false where it was so before
 * @throws AppError `invalid` (no reason)
 */
export async function suppressByHand(parts: Parts, emailKey: string, reason: string): Promise<boolean> {
  const words = evidenceFrom(reason);
  const isNew = await parts.db.transaction().execute(async (trx) => {
    const was = await isSuppressed(parts, trx, emailKey);
    await suppress(parts, trx, emailKey, 'by-hand', words);
    return !was;
  });
  if (isNew) parts.log.info('subscriber.suppressed', {});
  return isNew;
}

/**
 * Takes a suppression back, as the person asked for it. They are not subscribed by it.
 *
 * @returns false where there was none
 * @throws AppError `invalid` (no evidence)
 */
export async function liftByHand(parts: Parts, emailKey: string, evidence: string): Promise<boolean> {
  return liftSuppression(parts, emailKey, evidenceFrom(evidence));
}

/** More than a sentence or three is a letter, which is kept elsewhere. */
const MOST_WORDS = 500;

/**
 * Who asked for something, when and how, as it is kept: on one line.
 *
 * @throws AppError `invalid` with the field `evidence`
 */
export function evidenceFrom(typed: string): string {
  const words = typed.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (words !== '' && words.length <= MOST_WORDS) return words;
  const problem =
    words === ''
      ? 'Say who asked for it, when and how, such as: by telephone, 3 May.'
      : `It has ${words.length} characters; ${MOST_WORDS} fit.`;
  throw new AppError('invalid', `Nothing was changed. ${problem}`, { evidence: problem });
}

/** @throws AppError `invalid` (the address), `not-found` */
export async function knownSubscriber({ db }: Pick<Parts, 'db'>, email: string): Promise<Subscriber> {
  const subscriber = await subscriberByKey(db, mailboxFrom(email).key);
  if (!subscriber) throw new AppError('not-found', 'Nobody is known here by that address.');
  return subscriber;
}
