import type { Clock } from '../platform/clock.ts';
import { DAY, HOUR, isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { Parts } from '../platform/parts.ts';
import { randomToken, tokenHash } from '../platform/tokens.ts';

const IDLE_MS = 8 * HOUR;
export const SESSION_MS = 7 * DAY;
/** How exactly last use is written down: not at every request. */
const SEEN_MS = MINUTE;

/** Who is at the desk. */
export interface Moderator {
  name: string;
}

/** Begins a session; its token goes into a cookie, its hash into the database. */
export async function startSession(db: Db | Trx, clock: Clock, moderator: string): Promise<string> {
  const token = randomToken();
  const now = clock.now();
  const row = {
    hash: tokenHash('session', token),
    moderator,
    created_at: isoTime(now),
    seen_at: isoTime(now),
    expires_at: isoAfter(now, SESSION_MS),
  };
  await db.insertInto('session').values(row).execute();
  return token;
}

/** Who a session's token belongs to; undefined once it is over, by 7 days or by 8 hours without use. */
export async function moderatorOf(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  token: string | undefined,
): Promise<Moderator | undefined> {
  if (!token) return undefined;
  const now = clock.now();
  const hash = tokenHash('session', token);
  const session = await db
    .selectFrom('session')
    .select(['moderator', 'seen_at'])
    .where('hash', '=', hash)
    .where('expires_at', '>', isoTime(now))
    .where('seen_at', '>', isoAfter(now, -IDLE_MS))
    .executeTakeFirst();
  if (!session) return undefined;
  if (session.seen_at < isoAfter(now, -SEEN_MS)) {
    await db
      .updateTable('session')
      .set({ seen_at: isoTime(now) })
      .where('hash', '=', hash)
      .execute();
  }
  return { name: session.moderator };
}

export async function endSession({ db, log }: Pick<Parts, 'db' | 'log'>, token: string): Promise<void> {
  await db.deleteFrom('session').where('hash', '=', tokenHash('session', token)).execute();
  log.info('desk.signed-out', {});
}

export async function deleteOldSessions({ db, clock }: Pick<Parts, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await db
    .deleteFrom('session')
    .where((w) => w.or([w('expires_at', '<', isoTime(now)), w('seen_at', '<', isoAfter(now, -IDLE_MS))]))
    .execute();
}
