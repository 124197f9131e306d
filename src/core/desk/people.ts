import { randomBytes } from 'node:crypto';
import { recordAct } from '../platform/audit.ts';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { endOpenInvitations } from './invitation-rows.ts';
import { deletePasskeysOf, passkeysOf } from './passkey-rows.ts';
import {
  everybody,
  firstOwner,
  heldOwners,
  holdNames,
  insertPerson,
  isNameTaken,
  markRemoved,
  type PersonRow,
  personById,
  updateName,
  updateRole,
} from './person-rows.ts';
import { codesLeft, deleteCodesOf } from './recovery-code-rows.ts';
import { ROLES, type Role } from './roles.ts';
import { type AtDesk, type DeskParts, endSessionsOf } from './sessions.ts';

/** As whom acts of the owner have always been written down. */
const OWNER = 'owner';
const NAME_MAX = 60;
export const NAME_TAKEN = 'Somebody at the desk has, or had, that name: acts are noted under it.';
/** Under these the audit log, and a comment's history, tell what nobody at the desk did. */
const NOBODY = /^(?:akismet|commenter|console|filter|owner, by letter|this site|watchpost)$/i;
const LAST_OWNER =
  'This is the only owner: the desk would be nobody’s. Make somebody else an owner first, then try again.';

/** Somebody who may be at the desk, and how safe their ways in are. */
export interface Person extends Pick<PersonRow, 'id' | 'name' | 'role'> {
  passkeys: number;
  codesLeft: number;
  drilledAt: string | null;
}

/** The first owner; made by the first link of the console, where there is none yet. */
export async function ownerOf(trx: Trx, parts: Pick<Parts, 'clock'>): Promise<PersonRow> {
  await insertFirst(trx, parts);
  const owner = await firstOwner(trx);
  if (!owner) throw new Error('there is no owner'); // the last one is never removed
  return owner;
}

async function insertFirst(trx: Trx, parts: Pick<Parts, 'clock'>): Promise<void> {
  if (!(await firstOwner(trx))) await newPerson(trx, parts, { name: OWNER, role: 'owner' });
}

/** Makes a person; undefined where the name is, or was, another's. */
export async function newPerson(
  trx: Trx,
  { clock }: Pick<Parts, 'clock'>,
  { name, role }: { name: string; role: Role },
): Promise<string | undefined> {
  const id = randomBytes(12).toString('base64url');
  const handle = randomBytes(32).toString('base64url');
  await holdNames(trx);
  const isNew = await insertPerson(trx, { id, name, role, handle, created_at: isoTime(clock.now()) });
  return isNew ? id : undefined;
}

/** Everybody, with how they get in. */
export async function peopleAtDesk(db: Db): Promise<Person[]> {
  const people = await everybody(db);
  return Promise.all(
    people.map(async ({ id, name, role, drilled_at }) => ({
      id,
      name,
      role,
      drilledAt: drilled_at,
      passkeys: (await passkeysOf(db, id)).length,
      codesLeft: await codesLeft(db, id),
    })),
  );
}

/**
 * Gives somebody another role; their sessions go on with it. Whoever is no owner any more leaves no invitation behind.
 *
 * @throws AppError `conflict` for the only owner, `not-found` for somebody who has gone
 */
export async function changeRole(parts: DeskParts, by: AtDesk, id: string, role: Role): Promise<string> {
  return parts.db.transaction().execute(async (trx) => {
    const person = await personToChange(trx, id, role === 'owner');
    await updateRole(trx, id, role);
    const ended = role === 'owner' ? '' : await endInvitationsOf(trx, parts, person);
    const change = { subject: person.id, before: person.role, after: role + ended };
    await recordAct(trx, parts, { who: by.name, act: 'person.role', ...change });
    return person.name;
  });
}

/**
 * Takes somebody's place at the desk away: sessions, passkeys and recovery codes with it. What they did keeps their name.
 *
 * @throws AppError as `changeRole`
 */
export async function removePerson(parts: DeskParts, by: AtDesk, id: string): Promise<string> {
  return parts.db.transaction().execute(async (trx) => {
    const person = await personToChange(trx, id, false);
    await markRemoved(trx, id, isoTime(parts.clock.now()));
    await endSessionsOf(trx, id);
    await deletePasskeysOf(trx, id);
    await deleteCodesOf(trx, id);
    const ended = await endInvitationsOf(trx, parts, person);
    const change = { subject: person.id, before: `${person.name}, ${person.role}${ended}` };
    await recordAct(trx, parts, { who: by.name, act: 'person.remove', ...change });
    return person.name;
  });
}

/** An owner who goes could come back by an invitation of their own: all that are open end, whoever made them. */
async function endInvitationsOf(
  trx: Trx,
  { clock }: Pick<Parts, 'clock'>,
  { role }: PersonRow,
): Promise<string> {
  const count = role === 'owner' ? await endOpenInvitations(trx, isoTime(clock.now())) : 0;
  return count === 0 ? '' : `; open invitations ended: ${count}`;
}

async function personToChange(trx: Trx, id: string, staysOwner: boolean): Promise<PersonRow> {
  const owners = await heldOwners(trx);
  const person = await personById(trx, id);
  if (!person) throw new AppError('not-found', 'That person is not at the desk any more.');
  if (person.role === 'owner' && !staysOwner && owners === 1) throw new AppError('conflict', LAST_OWNER);
  return person;
}

/** @throws AppError `invalid` with the field `name`, or `role` */
export function checkedPerson(name: string, role: string): { name: string; role: Role } {
  const known = ROLES.find((one) => one === role);
  const fields: Record<string, string> = {};
  const tidy = tidyName(name);
  const fault = faultOfName(tidy);
  if (fault) fields.name = fault;
  if (!known) fields.role = 'Choose a role.';
  if (!known || fault) throw new AppError('invalid', 'Something is missing.', fields);
  return { name: tidy, role: known };
}

/**
 * Gives somebody the name that they choose; acts of before keep the one of before.
 *
 * @returns the name as it is written down
 * @throws AppError `invalid` with the field `name`, where it is none or another's; `unauthorized` where they have gone
 */
export async function changeOwnName(
  parts: DeskParts,
  who: Pick<AtDesk, 'id'>,
  typed: string,
): Promise<string> {
  const name = tidyName(typed);
  const fault = faultOfName(name);
  if (fault) throw new AppError('invalid', 'Your name was not changed.', { name: fault });
  return parts.db.transaction().execute(async (trx) => {
    await holdNames(trx);
    const person = await personById(trx, who.id);
    if (!person) throw new AppError('unauthorized', 'You are not at the desk any more.');
    if (person.name === name) return name;
    if (await isNameTaken(trx, name, who.id))
      throw new AppError('invalid', 'Your name was not changed.', { name: NAME_TAKEN });
    await updateName(trx, who.id, name);
    const change = { subject: who.id, before: person.name, after: name };
    await recordAct(trx, parts, { who: person.name, act: 'person.name', ...change });
    return name;
  });
}

function tidyName(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim();
}

function faultOfName(tidy: string): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(tidy) || /[\p{C}]/u.test(tidy))
    return 'Write the name that acts are noted under.';
  if (tidy.length > NAME_MAX) return `A name may have ${NAME_MAX} characters.`;
  return NOBODY.test(tidy) ? 'What the site does itself is noted under that name: take another.' : undefined;
}
