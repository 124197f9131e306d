import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Keys as sites sign with, and what the domain name system would say of each. */
export const DKIM_KEYS = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync('ed25519'),
};

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** The TXT record of a public key, as RFC 6376 and RFC 8463 write it. */
export function dkimRecordOf(publicKey: KeyObject): string {
  const kind = publicKey.asymmetricKeyType;
  const der = publicKey.export({ type: 'spki', format: 'der' }) as Buffer;
  const p = (kind === 'ed25519' ? der.subarray(-32) : der).toString('base64');
  return `v=DKIM1; k=${kind}; p=${p}`;
}
