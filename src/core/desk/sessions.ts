import type { SessionTable } from '#db/schema.ts';
import { recordAct } from '../platform/audit.ts';
import { type Clock, DAY, HOUR, isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Parts } from '../platform/parts.ts';
import { NoRoom } from '../platform/reserve.ts';
import { deleteExpiredTokens } from '../platform/token-rows.ts';
import { randomToken, tokenHash } from '../platform/tokens.ts';
import { forgetOldTries } from './refused-tries.ts';
import type { Role } from './roles.ts';

export const IDLE_MS = 8 * HOUR;
export const SESSION_MS = 7 * DAY;
/** For so long after somebody has shown who they are, they need not again. */
export const STEP_UP_MINUTES = 10;
/** How exactly last use is written down: not at every request. */
const SEEN_MS = MINUTE;

/** What an act at the desk stands on: its rows, its time, and what the audit log is sealed with. */
export type DeskParts = Pick<Parts, 'db' | 'clock' | 'secret'>;

/** How a session began. */
export type Way = SessionTable['way'];

/** Who is at the desk, and by which session. */
export interface AtDesk {
  /** The person's. */
  id: string;
  name: string;
  role: Role;
  session: { id: string; way: Way; startedAt: string };
  /** Whether they have shown who they are in the last ten minutes. */
  isSteppedUp: boolean;
}

/** A session as its owner sees it. */
export interface SessionSeen {
  id: string;
  device: string;
  way: Way;
  startedAt: string;
  seenAt: string;
}

/** Begins a session; its token goes into a cookie, its hash into the database. */
export async function startSession(
  db: Db | Trx,
  clock: Clock,
  { person, way, device }: { person: string; way: Way; device: string },
): Promise<string> {
  const token = randomToken();
  const now = clock.now();
  const row = {
    hash: tokenHash('session', token),
    id: sessionId(),
    person_id: person,
    way,
    device,
    created_at: isoTime(now),
    seen_at: isoTime(now),
    expires_at: isoAfter(now, SESSION_MS),
    stepped_up_at: isoTime(now),
  };
  await db.insertInto('session').values(row).execute();
  return token;
}

/**
 * Who a session's token belongs to; undefined once it is over, by 7 days or by 8 hours without use.
 *
 * @param isUse false where a page asks by itself: a desk that somebody left open is to close
 */
export async function personAt(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  token: string | undefined,
  isUse = true,
): Promise<AtDesk | undefined> {
  if (!token) return undefined;
  const now = clock.now();
  const hash = tokenHash('session', token);
  const found = await db
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person_id')
    .select(['session.id as session_id', 'way', 'session.created_at as started_at', 'seen_at'])
    .select(['stepped_up_at', 'person.id as id', 'name', 'role'])
    .where('hash', '=', hash)
    .where('expires_at', '>', isoTime(now))
    .where('seen_at', '>', isoAfter(now, -IDLE_MS))
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (!found) return undefined;
  if (isUse && found.seen_at < isoAfter(now, -SEEN_MS)) await noteSeen(db, hash, now);
  const { id, name, role, session_id, way, started_at, stepped_up_at } = found;
  return {
    id,
    name,
    role,
    session: { id: session_id, way, startedAt: started_at },
    isSteppedUp: stepped_up_at > isoAfter(now, -STEP_UP_MINUTES * MINUTE),
  };
}

/** Where that cannot be written down, as on a full disk, whoever is at the desk stays there all the same. */
async function noteSeen(db: Db, hash: string, now: Date): Promise<void> {
  try {
    await db
      .updateTable('session')
      .set({ seen_at: isoTime(now) })
      .where('hash', '=', hash)
      .execute();
  } catch (error) {
    if (!(error instanceof NoRoom)) throw error;
  }
}

/**
 * Gives a session a new token and a new id, for whoever has just shown who they are again; its end stays.
 *
 * @throws AppError `unauthorized` where it has ended meanwhile
 */
export async function renewSession(db: Db | Trx, clock: Clock, id: string): Promise<string> {
  const token = randomToken();
  const now = isoTime(clock.now());
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({ hash: tokenHash('session', token), id: sessionId(), seen_at: now, stepped_up_at: now })
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new AppError('unauthorized', 'Your session has ended. Sign in again.');
  return token;
}

/** The sessions of one person that have not ended, the last used first. */
export async function sessionsOf(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  person: string,
): Promise<SessionSeen[]> {
  const now = clock.now();
  const rows = await db
    .selectFrom('session')
    .select(['id', 'device', 'way', 'created_at', 'seen_at'])
    .where('person_id', '=', person)
    .where('expires_at', '>', isoTime(now))
    .where('seen_at', '>', isoAfter(now, -IDLE_MS))
    .orderBy('seen_at', 'desc')
    .limit(100)
    .execute();
  return rows.map(({ created_at, seen_at, ...row }) => ({ ...row, startedAt: created_at, seenAt: seen_at }));
}

/**
 * Ends another session of one's own.
 *
 * @throws AppError `not-found` where it is none of theirs, or has ended
 */
export async function revokeSession(parts: DeskParts, who: AtDesk, id: string): Promise<void> {
  await parts.db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('session')
      .where('id', '=', id)
      .where('person_id', '=', who.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw new AppError('not-found', 'That session has ended already.');
    await recordAct(trx, parts, { who: who.name, act: 'session.revoke', subject: id });
  });
}

/** Ends what sessions a person has; those of a removed person, or all before a recovery. */
export async function endSessionsOf(trx: Trx, person: string): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom('session')
    .where('person_id', '=', person)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Ends everybody's: a restored database holds some that were ended since. */
export async function endAllSessions(trx: Trx): Promise<void> {
  await trx.deleteFrom('session').execute();
}

/** Ends every session of a person but one. */
export async function endOtherSessions(trx: Trx, person: string, id: string): Promise<void> {
  await trx.deleteFrom('session').where('person_id', '=', person).where('id', '!=', id).execute();
}

/**
 * Ends the session of a token, where there is one.
 *
 * @param instead what takes its place, where it does not end by somebody's leaving
 */
export async function endSession(
  parts: DeskParts & Pick<Parts, 'log'>,
  token: string,
  instead?: 'another sign-in',
): Promise<void> {
  const hash = tokenHash('session', token);
  const isEnded = await parts.db.transaction().execute(async (trx) => {
    const person = await personOfSession(trx, hash);
    const { numDeletedRows } = await trx.deleteFrom('session').where('hash', '=', hash).executeTakeFirst();
    if (!person || numDeletedRows === 0n) return false;
    const after = instead && `for ${instead}`;
    await recordAct(trx, parts, { who: person.name, act: 'session.end', subject: person.id, after });
    return true;
  });
  if (isEnded) parts.log.info('desk.signed-out', {});
}

async function personOfSession(trx: Trx, hash: string): Promise<{ id: string; name: string } | undefined> {
  return trx
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person_id')
    .select(['person.id as id', 'person.name as name'])
    .where('hash', '=', hash)
    .executeTakeFirst();
}

/** What nobody can use any more: sessions, and questions to passkeys, of which a flood may leave many; old counts. */
export async function deleteOldSessions(parts: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  const { db, clock } = parts;
  const now = clock.now();
  await db
    .deleteFrom('session')
    .where((w) => w.or([w('expires_at', '<', isoTime(now)), w('seen_at', '<', isoAfter(now, -IDLE_MS))]))
    .execute();
  await deleteExpiredTokens(db, isoTime(now), 'passkey-challenge');
  await forgetOldTries(parts);
}

/** Not the token, and nothing made of it. */
function sessionId(): string {
  return randomToken().slice(0, 16);
}
