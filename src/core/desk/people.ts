import { randomBytes } from 'node:crypto';
import { isoTime } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { recordAct } from './audit.ts';
import { deletePasskeysOf, passkeysOf } from './passkey-rows.ts';
import {
  everybody,
  firstOwner,
  heldOwners,
  insertPerson,
  markRemoved,
  type PersonRow,
  personById,
  updateRole,
} from './person-rows.ts';
import { codesLeft, deleteCodesOf } from './recovery-code-rows.ts';
import { ROLES, type Role } from './roles.ts';
import { type AtDesk, type DeskParts, endSessionsOf } from './sessions.ts';

/** As whom acts of the owner have always been written down. */
const OWNER = 'owner';
const NAME_MAX = 60;
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
 * Gives somebody another role; their sessions go on with it.
 *
 * @throws AppError `conflict` for the only owner, `not-found` for somebody who has gone
 */
export async function changeRole(parts: DeskParts, by: AtDesk, id: string, role: Role): Promise<string> {
  return parts.db.transaction().execute(async (trx) => {
    const person = await personToChange(trx, id, role === 'owner');
    await updateRole(trx, id, role);
    const change = { subject: person.id, before: person.role, after: role };
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
    const change = { subject: person.id, before: `${person.name}, ${person.role}` };
    await recordAct(trx, parts, { who: by.name, act: 'person.remove', ...change });
    return person.name;
  });
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
  const tidy = name.normalize('NFKC').replace(/\s+/gu, ' ').trim();
  const known = ROLES.find((one) => one === role);
  const fields: Record<string, string> = {};
  if (!/[\p{L}\p{N}]/u.test(tidy) || /[\p{C}]/u.test(tidy))
    fields.name = 'Write the name that acts are noted under.';
  else if (tidy.length > NAME_MAX) fields.name = `A name may have ${NAME_MAX} characters.`;
  if (!known) fields.role = 'Choose a role.';
  if (!known || fields.name) throw new AppError('invalid', 'Something is missing.', fields);
  return { name: tidy, role: known };
}
