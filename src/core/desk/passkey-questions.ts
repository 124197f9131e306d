import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers';
import { isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import { AppError, wordsOf } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { insertToken, tokenSubject, useToken } from '../platform/token-rows.ts';
import { randomToken } from '../platform/tokens.ts';
import type { DeskParts } from './sessions.ts';

/** What passkeys stand on. Their id is SITE_URL's host, their origin SITE_URL's, exactly. */
export type PasskeyParts = DeskParts & Pick<Parts, 'config' | 'log' | 'limits' | 'siteUrl'>;

/** For so long an authenticator may take to answer. */
export const CHALLENGE_MS = 5 * MINUTE;

/** Makes what an authenticator is to sign, good once and for five minutes, for that subject alone; its hash is kept. */
export async function newChallenge(
  { db, clock }: PasskeyParts,
  subject: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const token = randomToken();
  const now = clock.now();
  const expires = isoAfter(now, CHALLENGE_MS);
  await insertToken(db, { purpose: 'passkey-challenge', token, subject, now: isoTime(now), expires });
  return Uint8Array.from(Buffer.from(token, 'base64url'));
}

/**
 * Uses up the challenge that an answer names, whatever becomes of the rest of it.
 *
 * @returns the challenge, base64url
 * @throws AppError `unauthorized` where it is none of ours for that subject, was used, or its time is over
 */
export async function takeChallenge(
  parts: PasskeyParts,
  answer: AuthenticationResponseJSON | RegistrationResponseJSON,
  subject: string,
): Promise<string> {
  const { db, clock } = parts;
  const challenge = challengeIn(answer);
  const now = isoTime(clock.now());
  const found = challenge && (await tokenSubject(db, 'passkey-challenge', challenge, now));
  if (!challenge || !found || found.subject !== subject)
    throw refusal(parts, 'it answers no question of ours');
  if (!(await useToken(db, 'passkey-challenge', challenge, now)))
    throw refusal(parts, 'its question was answered, or is too old');
  return challenge;
}

/** What the library finds wrong is noted, and told in one sentence: an attacker needs no more. */
export async function checked<T extends { verified: boolean }>(
  parts: PasskeyParts,
  verify: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await verify();
  } catch (error) {
    throw refusal(parts, wordsOf(error)); // the library throws for each fault of an answer; it asks nothing of ours
  }
  if (!result.verified) throw refusal(parts, 'its signature is wrong');
  return result;
}

/** Notes why, and says only that. */
export function refusal({ log }: PasskeyParts, reason: string, words = REFUSED): AppError {
  log.warn('desk.passkey-refused', { reason });
  return new AppError('unauthorized', words);
}

const REFUSED = 'The passkey was not accepted. Try again, or use a recovery code.';

function challengeIn({ response }: { response?: { clientDataJSON?: unknown } }): string | undefined {
  if (typeof response?.clientDataJSON !== 'string') return undefined;
  try {
    const { challenge } = decodeClientDataJSON(response.clientDataJSON);
    return typeof challenge === 'string' ? challenge : undefined;
  } catch {
    return undefined; // not JSON
  }
}
