import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Config } from '../platform/config.ts';
import { hmacKey } from '../platform/tokens.ts';

/** The local part that all such addresses begin with: an alias or a mailbox `bounces` with `+` extensions takes them. */
const LOCAL_PART = 'bounces';
/** 40 bits: guessing one address of a delivery takes longer than the delivery matters. */
const MAC_LENGTH = 10;

/**
 * Whether somebody reads what comes back to `bounces+…` (RETURN_PATH=on, or a mailbox that Watchpost reads by itself).
 * Only then letters carry such an address: one that nobody takes makes some servers refuse the letter.
 */
export function hasReturnPath(config: Pick<Config, 'returnPath' | 'bounceMailbox'>): boolean {
  return config.returnPath || config.bounceMailbox !== undefined;
}

/**
 * The return address of one delivery, `bounces+<delivery>.<mac>@<domain>`: what comes back to it names the delivery,
 * whatever else the message says, and cannot be made up.
 *
 * @param domain of the address that letters are from
 */
export function verpAddress({ secret }: { secret: Buffer }, domain: string, delivery: number): string {
  return `${LOCAL_PART}+${delivery}.${mac(secret, delivery)}@${domain}`;
}

/** The delivery whose return address this is; undefined where it is none of ours. */
export function deliveryOfVerp({ secret }: { secret: Buffer }, address: string): number | undefined {
  const [, digits = '', given = ''] = PATTERN.exec(address.trim().toLowerCase()) ?? [];
  const delivery = Number(digits);
  if (given === '') return undefined;
  return timingSafeEqual(Buffer.from(given), Buffer.from(mac(secret, delivery))) ? delivery : undefined;
}

/** Digits without a leading zero, and few enough to be exact. */
const PATTERN = new RegExp(`^<?${LOCAL_PART}\\+([1-9]\\d{0,14})\\.([0-9a-f]{${MAC_LENGTH}})@[^@\\s]+$`);

function mac(secret: Buffer, delivery: number): string {
  return createHmac('sha256', hmacKey(secret)).update(`verp\0${delivery}`).digest('hex').slice(0, MAC_LENGTH);
}
