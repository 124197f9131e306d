import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import { recordAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { withReserve } from '../platform/reserve.ts';
import {
  CHALLENGE_MS,
  checked,
  newChallenge,
  type PasskeyParts,
  refusal,
  takeChallenge,
} from './passkey-questions.ts';
import {
  markPasskeyUsed,
  type PasskeyRow,
  passkeyById,
  passkeyDescriptor,
  passkeysOf,
} from './passkey-rows.ts';
import { type PersonRow, personById } from './person-rows.ts';
import { noteRefusedTry } from './refused-tries.ts';
import { type AtDesk, renewSession } from './sessions.ts';
import { begin, type Visitor } from './sign-in.ts';
import { countTry } from './ways-in.ts';

const UNKNOWN = 'This passkey is not known here. Use another, or a recovery code.';
const COPIED =
  'This passkey was used elsewhere meanwhile, as a copy would be, and was not accepted. Use another way in, then remove it.';

/** What the browser is asked, to sign in by a passkey that it finds itself: no name is typed. */
export async function signInQuestion(
  parts: PasskeyParts,
  network: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  countTry(parts.limits, 'passkey-question', network);
  return withReserve(parts, () => question(parts, SIGN_IN, []));
}

/**
 * Signs in by a passkey.
 *
 * @returns the session's token
 * @throws AppError `unauthorized` where it is not accepted, `limited`
 */
export async function signInByPasskey(
  parts: PasskeyParts,
  response: AuthenticationResponseJSON,
  { network, device }: Visitor,
): Promise<string> {
  countTry(parts.limits, 'sign-in', network);
  const session = await withReserve(parts, () =>
    usePasskey(parts, response, SIGN_IN, (trx, person) =>
      begin(trx, parts, person, { way: 'passkey', device }),
    ),
  ).catch((error) => counted(parts, error));
  parts.log.info('desk.signed-in', {});
  return session;
}

/** What the browser is asked, to show anew who is at the desk. */
export async function stepUpQuestion(
  parts: PasskeyParts,
  who: AtDesk,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return question(parts, stepUpSubject(who), await passkeysOf(parts.db, who.id));
}

/**
 * Shows anew who is at the desk.
 *
 * @returns the session's new token
 * @throws AppError `unauthorized`
 */
export async function stepUpByPasskey(
  parts: PasskeyParts,
  who: AtDesk,
  response: AuthenticationResponseJSON,
): Promise<string> {
  return usePasskey(parts, response, stepUpSubject(who), async (trx, person) => {
    if (person.id !== who.id) throw new AppError('unauthorized', 'That passkey is somebody else’s.');
    await recordAct(trx, parts, { who: who.name, act: 'session.step-up', subject: who.id });
    return renewSession(trx, parts.clock, who.session.id);
  }).catch((error) => counted(parts, error));
}

const SIGN_IN = 'sign-in';
/** Of the session: what another one was asked, nobody can answer in this one. */
const stepUpSubject = ({ session }: AtDesk) => `step-up ${session.id}`;

/** Passes on why a passkey was refused, once it is counted. */
async function counted(parts: PasskeyParts, error: unknown): Promise<never> {
  if (error instanceof AppError) await noteRefusedTry(parts);
  throw error;
}

async function question(
  parts: PasskeyParts,
  subject: string,
  passkeys: readonly PasskeyRow[],
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: parts.siteUrl.hostname,
    challenge: await newChallenge(parts, subject),
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    ...(passkeys.length > 0 ? { allowCredentials: passkeys.map(passkeyDescriptor) } : {}),
  });
}

/** Checks an answer against the question and the passkey that it names, then does what was asked for, all or nothing. */
async function usePasskey<T>(
  parts: PasskeyParts,
  response: AuthenticationResponseJSON,
  subject: string,
  use: (trx: Trx, person: PersonRow) => Promise<T>,
): Promise<T> {
  const { db, clock, siteUrl } = parts;
  const isId = typeof response.id === 'string' && CREDENTIAL_ID.test(response.id);
  const passkey = isId ? await passkeyById(db, response.id) : undefined;
  const person = passkey && (await personById(db, passkey.person_id));
  const { userHandle } = response.response ?? {};
  if (!passkey || !person || (userHandle && userHandle !== person.handle))
    throw refusal(parts, 'it is none of ours', UNKNOWN);
  const expectedChallenge = await takeChallenge(parts, response, subject);
  const { authenticationInfo: seen } = await checked(parts, () =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: siteUrl.origin,
      expectedRPID: siteUrl.hostname,
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: Uint8Array.from(Buffer.from(passkey.public_key, 'base64url')),
        counter: 0, // compared as it is written down, so that of two at once only one is right
      },
    }),
  );
  const now = isoTime(clock.now());
  const outcome = await db.transaction().execute(async (trx) => {
    const { newCounter: counter, credentialBackedUp: isBackedUp } = seen;
    if (await markPasskeyUsed(trx, passkey.id, { counter, isBackedUp, now })) return use(trx, person);
    const change = { subject: person.id, before: `${passkey.counter}`, after: `${counter}` };
    await recordAct(trx, parts, { who: person.name, act: 'passkey.counter', ...change });
    return COUNTER;
  });
  if (outcome !== COUNTER) return outcome as T;
  throw refusal(parts, 'its counter went back', COPIED);
}

/** base64url of 1,023 bytes at most (WebAuthn section 4, credential id). */
const CREDENTIAL_ID = /^[\w-]{1,1364}$/;
const COUNTER = Symbol('the counter went back');
