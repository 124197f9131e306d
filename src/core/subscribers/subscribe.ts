import { randomUUID } from 'node:crypto';
import { enqueue } from '../mail/outbox-rows.ts';
import { DAY, isoAfter, isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { parseEmailAddress } from '../platform/email-address.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { insertToken } from '../platform/token-rows.ts';
import { derivedToken, randomToken } from '../platform/tokens.ts';
import { type Choices, topicsText } from './subscriber.ts';
import {
  changeSubscriber,
  countAsked,
  insertSubscriber,
  insertSubscriberEvent,
  type Subscriber,
  subscriberByKey,
} from './subscriber-rows.ts';

/** An address that never answers gets one confirmation letter a day, and three in all. */
const LETTERS_IN_ALL = 3;
const BETWEEN_LETTERS_MS = DAY;
/** How long the button in a confirmation letter works. */
export const CONFIRM_DAYS = 7;

export interface SignUp {
  email: string;
  choices: Choices;
  network: string;
  /** The words beside the button, as evidence of what was agreed to. */
  consent: string;
}

/**
 * Takes a sign-up: the address is written down as pending and a confirmation letter goes into the outbox.
 * Whether the address was known must not be told from outside, so nothing is returned; who asks for strangers does
 * so by `evenly`, as the work differs.
 *
 * @throws AppError `invalid` with the field `email`, `limited` (too many from one network)
 */
export async function subscribe(parts: Parts, { email, choices, network, consent }: SignUp): Promise<void> {
  const address = parseEmailAddress(email);
  if (!address) {
    throw new AppError('invalid', 'The address needs a change.', {
      email: email.trim()
        ? 'This does not look like a mail address. It should be like name@example.org.'
        : 'Write the address that the letters should go to.',
    });
  }
  parts.limits.take('sign-up', network);
  const { db, clock, log } = parts;
  const now = isoTime(clock.now());
  const wanted = {
    cadence: choices.cadence,
    topics: topicsText(choices.topics),
    alerts: choices.alerts ? 1 : 0,
  };
  await db.transaction().execute(async (trx) => {
    const fresh = {
      id: randomUUID(),
      email: address.address,
      email_key: address.key,
      domain: address.key.slice(address.key.lastIndexOf('@') + 1),
      state: 'pending',
      asked: 0,
      asked_at: null,
    } as const;
    await insertSubscriber(trx, { ...fresh, ...wanted, created_at: now, confirmed_at: null, ended_at: null });
    const subscriber = await subscriberByKey(trx, address.key);
    if (!subscriber || subscriber.state === 'confirmed') return; // only they themselves can change what they get
    const again = subscriber.state === 'unsubscribed' ? { asked: 0, ended_at: null } : {};
    await changeSubscriber(trx, subscriber.id, ['pending', 'unsubscribed'], {
      ...wanted,
      ...again,
      state: 'pending',
    });
    await insertSubscriberEvent(trx, {
      subscriber_id: subscriber.id,
      at: now,
      kind: 'signed-up',
      network,
      detail: consent,
    });
    const before = isoAfter(clock.now(), -BETWEEN_LETTERS_MS);
    const mayBeAsked = await countAsked(trx, subscriber.id, { now, before, most: LETTERS_IN_ALL });
    if (mayBeAsked) await askToConfirm(trx, parts, subscriber);
    else log.info('subscriber.not-asked-again', { subscriber: subscriber.id });
  });
}

/** The letter's token is derived from its Message-ID: a second attempt at the same letter carries the same button. */
async function askToConfirm(
  trx: Trx,
  { clock, secret, siteUrl }: Parts,
  { id, email }: Subscriber,
): Promise<void> {
  const now = clock.now();
  const messageId = `confirm.${randomToken().slice(0, 22)}@${siteUrl.hostname}`;
  await enqueue(trx, {
    kind: 'confirm',
    subscriber_id: id,
    recipient: email,
    message_id: messageId,
    created_at: isoTime(now),
  });
  await insertToken(trx, {
    purpose: 'confirm',
    token: derivedToken(secret, 'confirm', messageId),
    subject: id,
    now: isoTime(now),
    expires: isoAfter(now, CONFIRM_DAYS * DAY),
  });
}
