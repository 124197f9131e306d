import { isoAfter, isoTime, MINUTE } from '../platform/clock.ts';
import type { Parts } from '../platform/parts.ts';
import { insertToken, tokenSubject, useToken } from '../platform/token-rows.ts';
import { randomToken } from '../platform/tokens.ts';
import { startSession } from './sessions.ts';

export const LINK_MINUTES = 15;
/** The one who runs the site. */
const OWNER = 'owner';

/** A link that lets whoever sits at the machine's console into the desk, once, for 15 minutes. */
export async function deskLink({
  db,
  clock,
  siteUrl,
  log,
}: Pick<Parts, 'db' | 'clock' | 'siteUrl' | 'log'>): Promise<string> {
  const now = clock.now();
  const token = randomToken();
  await insertToken(db, {
    purpose: 'desk-link',
    token,
    subject: OWNER,
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
 * Uses a link; the session's token, or undefined where the link was used or its time is over.
 *
 * @throws AppError `limited` (too many tries from one network; the link stays good)
 */
export async function signInByLink(
  { db, clock, log, limits }: Pick<Parts, 'db' | 'clock' | 'log' | 'limits'>,
  token: string,
  network: string,
): Promise<string | undefined> {
  limits.take('sign-in', network);
  const now = isoTime(clock.now());
  const session = await db.transaction().execute(async (trx) => {
    const link = await tokenSubject(trx, 'desk-link', token, now);
    if (!link || !(await useToken(trx, 'desk-link', token, now))) return undefined;
    return startSession(trx, clock, link.subject);
  });
  log[session ? 'info' : 'warn'](session ? 'desk.signed-in' : 'desk.link-refused', {});
  return session;
}
