import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { recordAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import {
  CHALLENGE_MS,
  checked,
  newChallenge,
  type PasskeyParts,
  refusal,
  takeChallenge,
} from './passkey-questions.ts';
import {
  deletePasskey,
  insertPasskey,
  type PasskeyRow,
  passkeyById,
  passkeyDescriptor,
  passkeysOf,
  updatePasskeyName,
} from './passkey-rows.ts';
import { holdPerson, type PersonRow, personById } from './person-rows.ts';
import { codesLeft } from './recovery-code-rows.ts';
import type { AtDesk, DeskParts } from './sessions.ts';

/** COSE: EdDSA, ES256, RS256, which every authenticator has one of; the newer ones are experimental in Node. */
const ALGORITHMS = [-8, -7, -257];
const NAME_MAX = 60;
const LAST_WAY_IN =
  'It is your last way in: make recovery codes or add another passkey first, then remove this one.';

/** What the browser is asked, to make a passkey of one's own. */
export async function newPasskeyQuestion(
  parts: PasskeyParts,
  who: AtDesk,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const person = await personOf(parts, who);
  const known = await passkeysOf(parts.db, who.id);
  return generateRegistrationOptions({
    rpName: parts.siteUrl.hostname,
    rpID: parts.siteUrl.hostname,
    userName: who.name,
    userDisplayName: who.name,
    userID: Uint8Array.from(Buffer.from(person.handle, 'base64url')),
    challenge: await newChallenge(parts, addSubject(who)),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    excludeCredentials: known.map(passkeyDescriptor),
    supportedAlgorithmIDs: ALGORITHMS,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/**
 * Adds the passkey that a browser has made.
 *
 * @returns its name
 * @throws AppError `unauthorized` where it is not the answer to a question of ours, `conflict` where it is known already
 */
export async function addPasskey(
  parts: PasskeyParts,
  who: AtDesk,
  { response, name }: { response: RegistrationResponseJSON; name: string },
): Promise<string> {
  const { db, clock, siteUrl } = parts;
  const expectedChallenge = await takeChallenge(parts, response, addSubject(who));
  const { registrationInfo: made } = await checked(parts, () =>
    verifyRegistrationResponse({
      response,
      expectedChallenge,
      expectedOrigin: siteUrl.origin,
      expectedRPID: siteUrl.hostname,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!made) throw refusal(parts, 'it says nothing of itself');
  const { credential, credentialDeviceType, credentialBackedUp } = made;
  const passkey: PasskeyRow = {
    id: credential.id,
    person_id: who.id,
    name: tidyName(name),
    public_key: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: JSON.stringify(transportsOf(credential.transports)),
    device_type: credentialDeviceType,
    backed_up: Number(credentialBackedUp),
    created_at: isoTime(clock.now()),
    used_at: null,
  };
  await db.transaction().execute(async (trx) => {
    if (!(await insertPasskey(trx, passkey)))
      throw new AppError('conflict', 'That passkey is known here already.');
    await recordAct(trx, parts, { who: who.name, act: 'passkey.add', subject: who.id, after: passkey.name });
  });
  return passkey.name;
}

/** A passkey as its owner sees it. */
export interface PasskeySeen {
  id: string;
  name: string;
  createdAt: string;
  usedAt: string | null;
  /** Whether it may be kept on more than one device, and whether it is. */
  isSynced: boolean;
  isBackedUp: boolean;
}

/** Somebody's own, the oldest first. */
export async function passkeysSeen(
  { db }: Pick<Parts, 'db'>,
  { id: person }: Pick<AtDesk, 'id'>,
): Promise<PasskeySeen[]> {
  return (await passkeysOf(db, person)).map(({ id, name, created_at, used_at, device_type, backed_up }) => ({
    id,
    name,
    createdAt: created_at,
    usedAt: used_at,
    isSynced: device_type === 'multiDevice',
    isBackedUp: backed_up === 1,
  }));
}

/** @throws AppError `not-found` where it is none of theirs */
export async function renamePasskey(
  parts: DeskParts,
  who: AtDesk,
  { id, name }: { id: string; name: string },
): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    const before = (await passkeyById(trx, id))?.name ?? '';
    const after = tidyName(name);
    if (!(await updatePasskeyName(trx, { id, person: who.id, name: after }))) throw noPasskey();
    const change = { subject: who.id, before, after };
    await recordAct(trx, parts, { who: who.name, act: 'passkey.rename', ...change });
  });
}

/** @throws AppError `conflict` where it is their last way in, `not-found` where it is none of theirs */
export async function removePasskey(parts: DeskParts, who: AtDesk, id: string): Promise<string> {
  return parts.db.transaction().execute(async (trx) => {
    await holdPerson(trx, who.id); // two that are removed at once would else each be the last but one
    const own = await passkeysOf(trx, who.id);
    const passkey = own.find((one) => one.id === id);
    if (!passkey) throw noPasskey();
    if (own.length === 1 && (await codesLeft(trx, who.id)) === 0) throw new AppError('conflict', LAST_WAY_IN);
    await deletePasskey(trx, id);
    const change = { subject: who.id, before: passkey.name };
    await recordAct(trx, parts, { who: who.name, act: 'passkey.remove', ...change });
    return passkey.name;
  });
}

const addSubject = ({ session }: AtDesk) => `add ${session.id}`;

async function personOf({ db }: PasskeyParts, { id }: AtDesk): Promise<PersonRow> {
  const person = await personById(db, id);
  if (!person) throw new AppError('unauthorized', 'You are not at the desk any more.');
  return person;
}

/** How it says that it is reached; it comes from a browser, so it may say anything. */
function transportsOf(said: unknown): string[] {
  return Array.isArray(said) ? said.filter((one) => /^[a-z-]{1,20}$/.test(String(one))).slice(0, 10) : [];
}

function tidyName(name: string): string {
  const tidy = name
    .normalize('NFKC')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, NAME_MAX)
    .trim();
  return tidy === '' ? 'Passkey' : tidy;
}

function noPasskey(): AppError {
  return new AppError('not-found', 'That passkey is not here any more.');
}
