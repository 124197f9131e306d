import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { ActRow, Head } from './audit-rows.ts';
import { hmacKey } from './tokens.ts';

/** The key of the chain: made of the site's secret, which is in no database and no backup of one. */
export function chainKey(secret: Buffer): KeyObject {
  const known = keys.get(secret);
  if (known) return known;
  const key = createSecretKey(createHmac('sha256', hmacKey(secret)).update('audit\0chain').digest());
  keys.set(secret, key);
  return key;
}

const keys = new WeakMap<Buffer, KeyObject>();

/** The hash of an act: of all its fields and of the hash before it. A JSON array says where each of them ends. */
export function hashOf(key: KeyObject, previous: string, act: Omit<ActRow, 'hash'>): string {
  const { id, at, who, act: word, subject, before, after } = act;
  return keyed(key, ['act', previous, id, at, who, word, subject, before, after]);
}

/** What proves that the log ended here: whoever cuts it off cannot make the seal of an earlier end. */
export function sealOf(key: KeyObject, { id, hash }: Pick<Head, 'id' | 'hash'>): string {
  return keyed(key, ['end', id, hash]);
}

/** Whether a seal is of this end, by one of the keys; a log that was never written to has none. */
export function isSealed(keys: readonly KeyObject[], head: Head): boolean {
  if (head.id === 0 && head.hash === '' && head.seal === '') return true;
  return keys.some((key) => isEqual(sealOf(key, head), head.seal));
}

export function isEqual(expected: string, found: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(found)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function keyed(key: KeyObject, fields: readonly (string | number | null)[]): string {
  return createHmac('sha256', key).update(JSON.stringify(fields)).digest('hex');
}
