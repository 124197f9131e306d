import { DAY, HOUR, MINUTE, SECOND } from '../platform/clock.ts';

/** How long a letter that is put off is tried again before it counts as undeliverable. */
export const GIVE_UP_MS = 2 * DAY;
/** How long greylisting takes where it does not say. */
const GREYLISTING_MS = 5 * MINUTE;

/**
 * Whom a 4xx is about. A full mailbox or a greylisted sender says nothing of the next letter to that domain; a domain
 * that is overloaded, throttles us, or does not answer says it of all (RFC 3463: X.1 addresses, X.2 mailboxes).
 */
export function isAboutRecipient(reply: string): boolean {
  return isGreylisting(reply) || /^4\d\d 4\.[12]\./.test(reply);
}

/** How long to wait with a letter that was put off for the nth time. */
export function pauseAfter(attempts: number, reply: string): number {
  if (isGreylisting(reply)) return Math.max(namedTime(reply), 0) || GREYLISTING_MS;
  const pause = [MINUTE, 5 * MINUTE, 15 * MINUTE][attempts - 1] ?? HOUR;
  return pause * (0.8 + 0.4 * Math.random());
}

function isGreylisting(reply: string): boolean {
  return /^45[01] /.test(reply) && /gr[ae]y-?list|^45[01] 4\.7\.1\b/i.test(reply);
}

const UNITS = { s: SECOND, m: MINUTE, h: HOUR } as const;

/** The time that a reply asks for, as in "try again in 300 seconds" or "in 00:05:00"; 0 where it names none. */
function namedTime(reply: string): number {
  const clock = /\b(\d{1,2}):(\d\d):(\d\d)\b/.exec(reply);
  if (clock) {
    const [hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map(Number);
    return hours * HOUR + minutes * MINUTE + seconds * SECOND;
  }
  const [, amount = '0', unit = 's'] = /\b(\d{1,5}) ?(s|m|h)(?:ec|in|our|\b)/i.exec(reply) ?? [];
  return Math.min(Number(amount) * UNITS[unit.toLowerCase() as keyof typeof UNITS], DAY);
}
