import { removeKeptLetter } from '../mail/kept-mail.ts';
import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { insertToken, tokenSubject, useToken } from '../platform/token-rows.ts';
import { derivedToken } from '../platform/tokens.ts';
import { eraseIn } from './erase-subscriber.ts';
import { subscriberById } from './subscriber-rows.ts';
import { suppress } from './suppression.ts';

/** The link in a letter by which somebody says that they never asked for it. */
export function notMeLink({ secret, siteUrl }: Pick<Parts, 'secret' | 'siteUrl'>, messageId: string): string {
  return new URL(`/newsletter/not-me/${derivedToken(secret, 'not-me', messageId)}/`, siteUrl).href;
}

/** Makes that link good: it has no end, as the letter may be found late. */
export async function allowNotMe(
  trx: Trx,
  { secret, clock }: Pick<Parts, 'secret' | 'clock'>,
  messageId: string,
  subscriberId: string,
): Promise<void> {
  const token = derivedToken(secret, 'not-me', messageId);
  await insertToken(trx, { purpose: 'not-me', token, subject: subscriberId, now: isoTime(clock.now()) });
}

/** `done`: nobody is there any more whom the letter was for. */
export type NotMe = 'waiting' | 'done' | 'unknown';

/** What the link is good for; changes nothing. */
export async function notMe({ db, clock }: Pick<Parts, 'db' | 'clock'>, token: string): Promise<NotMe> {
  const found = await tokenSubject(db, 'not-me', token, isoTime(clock.now()));
  if (!found) return 'unknown';
  return found.used || !(await subscriberById(db, found.subject)) ? 'done' : 'waiting';
}

/**
 * The button was pressed: the address is never written to again. Of somebody who never confirmed nothing stays but the
 * hash that guards them; whoever had confirmed is unsubscribed.
 */
export async function sayNotMe(parts: Parts, token: string): Promise<NotMe> {
  const { db, clock, config, log } = parts;
  const letters = await db.transaction().execute(async (trx) => {
    const now = isoTime(clock.now());
    const found = await tokenSubject(trx, 'not-me', token, now);
    const subscriber = found && (await subscriberById(trx, found.subject));
    if (!subscriber || !(await useToken(trx, 'not-me', token, now))) return undefined;
    await suppress(parts, trx, subscriber.email_key, 'not-me');
    return subscriber.confirmed_at === null ? eraseIn(trx, parts, subscriber.id) : [];
  });
  if (!letters) return notMe(parts, token);
  for (const messageId of letters) removeKeptLetter(config.dataDir, messageId);
  log.info('subscriber.not-me', {});
  return 'done';
}
