import { recordAct } from '../platform/audit.ts';
import { isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { withReserve } from '../platform/reserve.ts';
import { insertToken, tokenSubject, useToken } from '../platform/token-rows.ts';
import { randomToken } from '../platform/tokens.ts';
import { ownerOf } from './people.ts';
import { type PersonRow, personById, personByName } from './person-rows.ts';
import { useRecoveryCode } from './recovery-codes.ts';
import { noteRefusedTry } from './refused-tries.ts';
import {
  type AtDesk,
  type DeskParts,
  endOtherSessions,
  endSessionsOf,
  renewSession,
  startSession,
  type Way,
} from './sessions.ts';
import { countTry } from './ways-in.ts';

export const LINK_MINUTES = 15;
/** The first owner, whoever that is when the link is used. */
const OWNER = 'owner';

/** Where somebody comes from who wants to get in. */
export interface Visitor {
  /** The client's address. */
  network: string;
  /** Its browser, in words. */
  device: string;
}

type SignInParts = DeskParts & Pick<Parts, 'config' | 'log' | 'limits'>;

/**
 * A link that lets whoever sits at the machine's console into the desk, once, for 15 minutes.
 *
 * @param name whose desk; the owner's where none is given
 * @throws AppError `not-found` where nobody has that name
 */
export async function deskLink(
  { db, clock, siteUrl, log }: Pick<Parts, 'db' | 'clock' | 'siteUrl' | 'log'>,
  name?: string,
): Promise<string> {
  const now = clock.now();
  const token = randomToken();
  const person = name === undefined ? undefined : await personByName(db, name);
  if (name !== undefined && !person) throw new AppError('not-found', 'Nobody at the desk has that name.');
  await insertToken(db, {
    purpose: 'desk-link',
    token,
    subject: person?.id ?? OWNER,
    now: isoTime(now),
    expires: isoAfter(now, LINK_MINUTES * MINUTE),
  });
  log.info('desk.link-made', { minutes: LINK_MINUTES });
  return new URL(`/desk/sign-in/${token}/`, siteUrl).href;
}

/** Whether a link would let someone in; changes nothing. */
export async function isGoodDeskLink(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  token: string,
): Promise<boolean> {
  const found = await tokenSubject(db, 'desk-link', token, isoTime(clock.now()));
  return found !== undefined && !found.expired && !found.used;
}

/**
 * Uses a link. It is the last resort: no limit stands before a good one, and every other session of that person ends.
 *
 * @returns the session's token, or undefined where the link was used or its time is over
 * @throws AppError `limited` for too many that are not good
 */
export async function signInByLink(
  parts: SignInParts,
  token: string,
  { network, device }: Visitor,
): Promise<string | undefined> {
  const { db, clock, log } = parts;
  const now = isoTime(clock.now());
  const session = await withReserve(parts, () =>
    db.transaction().execute(async (trx) => {
      const link = await tokenSubject(trx, 'desk-link', token, now);
      if (!link || !(await useToken(trx, 'desk-link', token, now))) return undefined;
      const person = link.subject === OWNER ? await ownerOf(trx, parts) : await personById(trx, link.subject);
      return person && begin(trx, parts, person, { way: 'console', device });
    }),
  );
  log[session ? 'info' : 'warn'](session ? 'desk.signed-in' : 'desk.link-refused', {});
  if (!session) await refuse(parts, 'sign-in', network);
  return session;
}

/**
 * Uses a recovery code up; every other session of its owner ends.
 *
 * @returns the session's token, or undefined where it is no code, or was used
 * @throws AppError `limited` for too many that are none; a right one is never refused for those
 */
export async function signInByCode(
  parts: SignInParts,
  code: string,
  { network, device }: Visitor,
): Promise<string | undefined> {
  const { db, log } = parts;
  const session = await withReserve(parts, () =>
    db.transaction().execute(async (trx) => {
      const used = await useRecoveryCode(trx, parts, code);
      const person = used && (await personById(trx, used.person));
      return person && begin(trx, parts, person, { way: 'code', device });
    }),
  );
  log[session ? 'info' : 'warn'](session ? 'desk.signed-in' : 'desk.code-refused', {});
  if (!session) await refuse(parts, 'recovery-code', network);
  return session;
}

/**
 * Tries a code while signed in: as the drill that shows that the codes at hand are the right ones, or as step-up where no
 * passkey is at hand, in which case it counts as a recovery.
 *
 * @returns the session's new token and how many codes are left; undefined where it is no code of that person
 * @throws AppError `limited`; `unauthorized` where the session has ended meanwhile
 */
export async function tryCode(
  parts: SignInParts,
  who: AtDesk,
  code: string,
  { network, isRecovery }: { network: string; isRecovery: boolean },
): Promise<{ token: string; left: number } | undefined> {
  const { db, clock, log } = parts;
  const tried = await db.transaction().execute(async (trx) => {
    const used = await useRecoveryCode(trx, parts, code, who.id);
    if (!used) return undefined;
    if (isRecovery) await endOtherSessions(trx, who.id, who.session.id);
    const act = isRecovery ? 'session.step-up' : 'codes.drill';
    await recordAct(trx, parts, { who: who.name, act, subject: who.id, after: `${used.left} codes left` });
    return { token: await renewSession(trx, clock, who.session.id), left: used.left };
  });
  if (tried) return tried;
  log.warn('desk.code-refused', {});
  await refuse(parts, 'recovery-code', network);
  return undefined;
}

/** @throws AppError `limited` for too many; those are no longer counted for whoever reads how many there were */
async function refuse(
  parts: Pick<SignInParts, 'db' | 'clock' | 'limits'>,
  kind: 'sign-in' | 'recovery-code',
  network: string,
): Promise<void> {
  countTry(parts.limits, kind, network);
  await noteRefusedTry(parts);
}

/** Lets a person in; whoever recovers takes every session away from whoever else has one. */
export async function begin(
  trx: Trx,
  parts: Pick<Parts, 'clock' | 'secret'>,
  { id, name }: Pick<PersonRow, 'id' | 'name'>,
  { way, device }: { way: Way; device: string },
): Promise<string> {
  const isRecovery = way === 'console' || way === 'code';
  const ended = isRecovery ? await endSessionsOf(trx, id) : 0;
  const after = isRecovery ? `by ${way}; ${ended} others ended` : `by ${way}`;
  await recordAct(trx, parts, { who: name, act: 'session.start', subject: id, after });
  return startSession(trx, parts.clock, { person: id, way, device });
}
