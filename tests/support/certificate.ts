import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A certificate that signs for itself, and its key. */
export interface TestCertificate {
  pem: string;
  privateKey: KeyObject;
}

/**
 * Makes a certificate of an RSA key of its own, valid between two times: X.509 version 1, or, for a host that browsers
 * are to know by it, version 3.
 */
export function selfSigned(
  name: string,
  { host, ...valid }: { from: string; to: string; host?: string },
): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const who = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(name))))); // CN
  const times = sequence(...[valid.from, valid.to].map(time));
  const version = host === undefined ? [] : [tlv(0xa0, tlv(0x02, Buffer.from([2])))];
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const serial = tlv(0x02, Buffer.from([1]));
  const body = sequence(...version, serial, RSA_SHA256, who, times, who, key, ...namesOf(host));
  const signature = createSign('RSA-SHA256').update(body).sign(privateKey);
  const certificate = sequence(body, RSA_SHA256, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    pem: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    privateKey,
  };
}

const RSA_SHA256 = sequence(oid('2a864886f70d01010b'), tlv(0x05, Buffer.alloc(0)));

/** The extension subjectAltName. */
function namesOf(host: string | undefined): Buffer[] {
  if (host === undefined) return [];
  const names = sequence(tlv(0x82, Buffer.from(host))); // dNSName
  return [tlv(0xa3, sequence(sequence(oid('551d11'), tlv(0x04, names))))];
}

function time(iso: string): Buffer {
  return tlv(0x18, Buffer.from(`${iso.replace(/[-:T]|\.\d+/g, '').slice(0, 14)}Z`));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

/** One value in DER: its type, its length, itself. */
function tlv(type: number, value: Buffer): Buffer {
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([type, ...size]), value]);
}
