import { randomUUID } from 'node:crypto';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { domainOf, type EmailAddress } from '../platform/email-address.ts';
import type { Parts } from '../platform/parts.ts';
import { insertToken } from '../platform/token-rows.ts';
import { derivedToken } from '../platform/tokens.ts';
import { takeLetterShare } from './letter-limits.ts';
import { mailboxFrom } from './mailbox.ts';
import { allowNotMe } from './not-me.ts';
import { enqueueLetter } from './single-letters.ts';
import { type Choices, choiceColumns } from './subscriber.ts';
import {
  changeSubscriber,
  countAsked,
  insertSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberByKey,
} from './subscriber-rows.ts';
import { isSuppressed } from './suppression.ts';

/** An address that never answers gets one confirmation letter a day, and three in all. */
const LETTERS_IN_ALL = 3;
const BETWEEN_LETTERS_MS = DAY;
/** How long the button in a confirmation letter works. */
export const CONFIRM_DAYS = 7;

export interface SignUp {
  email: string;
  choices: Choices;
  /** From where it came; null where it was written down at the desk. */
  network: string | null;
  /** The words beside the button, as evidence of what was agreed to. */
  consent: string;
}

/**
 * Takes a sign-up: the address is written down as pending and a confirmation letter goes into the outbox.
 * Whether the address was known must not be told from outside, so nothing is returned; who asks for strangers does
 * so by `evenly`, as the work differs.
 *
 * @throws AppError `invalid` with the field `email`, `limited` (too many from one network, or from everywhere)
 */
export async function subscribe(parts: Parts, signUp: SignUp & { network: string }): Promise<void> {
  const address = mailboxFrom(signUp.email);
  takeLetterShare(parts, signUp.network);
  await parts.db.transaction().execute(async (trx) => {
    if (await isSuppressed(parts, trx, address.key)) parts.log.info('sign-up.suppressed', {});
    else await takeSignUp(trx, parts, address, signUp);
  });
}

/**
 * Writes a sign-up down, and asks for its confirmation where the address has not had its share of letters.
 *
 * @returns whether a letter goes out
 */
export async function takeSignUp(
  trx: Trx,
  parts: Parts,
  address: EmailAddress,
  { choices, network, consent }: Omit<SignUp, 'email'>,
): Promise<boolean> {
  const now = isoTime(parts.clock.now());
  const wanted = choiceColumns(choices);
  await insertSubscriber(trx, { ...freshSubscriber(address, now), ...wanted });
  const subscriber = await subscriberByKey(trx, address.key);
  if (!subscriber || subscriber.state === 'confirmed') return false; // only they themselves can change what they get
  const { id } = subscriber;
  const again = subscriber.state === 'unsubscribed' ? { asked: 0, ended_at: null } : {};
  await changeSubscriber(trx, id, ['pending', 'unsubscribed'], { ...wanted, ...again, state: 'pending' });
  await insertSubscriberEvent(trx, {
    subscriber_id: id,
    at: now,
    kind: 'signed-up',
    network,
    detail: consent,
  });
  return askAgain(trx, parts, subscriber);
}

/** Asks for a confirmation; false where the address has had its share of such letters. */
export async function askAgain(trx: Trx, parts: Parts, subscriber: Subscriber): Promise<boolean> {
  const { clock, log } = parts;
  const { id } = subscriber;
  const now = isoTime(clock.now());
  const before = isoAfter(clock.now(), -BETWEEN_LETTERS_MS);
  const isAsked = await countAsked(trx, id, { now, before, most: LETTERS_IN_ALL });
  if (isAsked) await askToConfirm(trx, parts, subscriber);
  else log.info('subscriber.not-asked-again', { subscriber: id });
  return isAsked;
}

/** A row of somebody who is not known yet. */
export function freshSubscriber(address: EmailAddress, now: string) {
  return {
    id: randomUUID(),
    email: address.address,
    email_key: address.key,
    domain: domainOf(address.key),
    state: 'pending' as const,
    asked: 0,
    asked_at: null,
    created_at: now,
    confirmed_at: null,
    ended_at: null,
  };
}

/** The letter's tokens are derived from its Message-ID: a second attempt at the same letter carries the same button. */
async function askToConfirm(trx: Trx, parts: Parts, subscriber: Subscriber): Promise<void> {
  const now = parts.clock.now();
  const messageId = await enqueueLetter(trx, parts, 'confirm', subscriber);
  await insertToken(trx, {
    purpose: 'confirm',
    token: derivedToken(parts.secret, 'confirm', messageId),
    subject: subscriber.id,
    now: isoTime(now),
    expires: isoAfter(now, CONFIRM_DAYS * DAY),
  });
  await allowNotMe(trx, parts, messageId, subscriber.id);
}
