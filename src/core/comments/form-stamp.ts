import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, SECOND } from '../platform/clock.ts';

interface Stamps {
  secret: Buffer;
  clock: Clock;
}

/** Says in a form when it was shown: seconds in base 36 and a short seal. A page from the cache says when it was made. */
export function formStamp({ secret, clock }: Stamps): string {
  const time = Math.floor(clock.now().getTime() / SECOND).toString(36);
  return `${time}.${seal(secret, time)}`;
}

/** How many seconds ago a form was shown; undefined for a stamp that is none of ours. */
export function secondsSince({ secret, clock }: Stamps, stamp = ''): number | undefined {
  const [, time = '', sealed = ''] = /^([0-9a-z]{6,8})\.([\w-]{8})$/.exec(stamp) ?? [];
  if (!time || !timingSafeEqual(Buffer.from(sealed), Buffer.from(seal(secret, time)))) return undefined;
  return Math.max(0, clock.now().getTime() / SECOND - Number.parseInt(time, 36));
}

function seal(secret: Buffer, time: string): string {
  return createHmac('sha256', secret).update(`form\0${time}`).digest('base64url').slice(0, 8);
}
