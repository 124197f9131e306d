import { recordAct } from '../platform/audit.ts';
import { HOUR, isoAfter, isoTime } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { randomToken, tokenHash } from '../platform/tokens.ts';
import { insertInvitation, markInvitationUsed, openInvitation, openInvitations } from './invitation-rows.ts';
import { NAME_TAKEN, newPerson } from './people.ts';
import { isNameTaken } from './person-rows.ts';
import type { Role } from './roles.ts';
import type { AtDesk, DeskParts } from './sessions.ts';
import { begin, type Visitor } from './sign-in.ts';
import { countTry } from './ways-in.ts';

export const INVITATION_HOURS = 72;

/**
 * A link by which somebody comes to the desk, once, within 72 hours.
 *
 * @throws AppError `invalid` (field `name`) where the name is another's
 */
export async function invite(
  parts: DeskParts & Pick<Parts, 'siteUrl'>,
  by: AtDesk,
  { name, role }: { name: string; role: Role },
): Promise<string> {
  const { db, clock, siteUrl } = parts;
  const token = randomToken();
  const now = clock.now();
  await db.transaction().execute(async (trx) => {
    if (await isNameTaken(trx, name))
      throw new AppError('invalid', 'Choose another name.', { name: NAME_TAKEN });
    const id = randomToken().slice(0, 16);
    await insertInvitation(trx, {
      id,
      hash: tokenHash('invitation', token),
      name,
      role,
      created_at: isoTime(now),
      expires_at: isoAfter(now, INVITATION_HOURS * HOUR),
      used_at: null,
    });
    const after = `${name}, ${role}`;
    await recordAct(trx, parts, { who: by.name, act: 'person.invite', subject: id, after });
  });
  return new URL(`/desk/join/${token}/`, siteUrl).href;
}

/** Whom a link invites, as what; undefined where it was used, taken back, or its time is over. Changes nothing. */
export async function invitedBy({ db, clock }: Pick<Parts, 'db' | 'clock'>, token: string) {
  return openInvitation(db, tokenHash('invitation', token), isoTime(clock.now()));
}

/** All that still let somebody in. */
export async function invitationsOpen({ db, clock }: Pick<Parts, 'db' | 'clock'>) {
  return openInvitations(db, isoTime(clock.now()));
}

/**
 * Accepts an invitation.
 *
 * @returns the session's token, or undefined as above
 * @throws AppError `limited`; `conflict` where another has come by that name meanwhile
 */
export async function join(
  parts: DeskParts & Pick<Parts, 'limits'>,
  token: string,
  { network, device }: Visitor,
): Promise<string | undefined> {
  const { db, clock, limits } = parts;
  countTry(limits, 'sign-in', network);
  const now = isoTime(clock.now());
  return db.transaction().execute(async (trx) => {
    const invitation = await openInvitation(trx, tokenHash('invitation', token), now);
    if (!invitation || !(await markInvitationUsed(trx, invitation.id, now))) return undefined;
    const { name, role } = invitation;
    const id = await newPerson(trx, parts, { name, role });
    if (id === undefined) throw new AppError('conflict', `${NAME_TAKEN} Ask for another invitation.`);
    await recordAct(trx, parts, { who: name, act: 'person.join', subject: id, after: role });
    return begin(trx, parts, { id, name }, { way: 'invitation', device });
  });
}

/** @throws AppError `not-found` where it was used or its time is over */
export async function takeInvitationBack(parts: DeskParts, by: AtDesk, id: string): Promise<void> {
  const { db, clock } = parts;
  await db.transaction().execute(async (trx) => {
    if (!(await markInvitationUsed(trx, id, isoTime(clock.now()))))
      throw new AppError('not-found', 'That invitation was used, or its time is over.');
    await recordAct(trx, parts, { who: by.name, act: 'person.uninvite', subject: id });
  });
}
