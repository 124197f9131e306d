import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../platform/config.ts';

/** What signs letters; made once, because reading a key takes longer than signing with it. */
export interface DkimSigner {
  domain: string;
  selector: string;
  key: KeyObject;
}

/** Header fields that are signed where present; RFC 6376 section 5.4.1 and the list fields that RFC 8058 asks for. */
const SIGNED = [
  ...[
    'from',
    'to',
    'reply-to',
    'subject',
    'date',
    'message-id',
    'mime-version',
    'content-type',
    'content-transfer-encoding',
  ],
  ...[
    'list-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
    'list-archive',
    'precedence',
    'auto-submitted',
    'feedback-id',
  ],
];

/** @throws ConfigError where the file holds no RSA (2048 bits or more) or Ed25519 private key */
export function readDkimSigner({
  domain,
  selector,
  keyFile,
}: {
  domain: string;
  selector: string;
  keyFile: string;
}): DkimSigner {
  const key = privateKey(keyFile);
  const isRsa = key?.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  if (!key || !(isRsa || key.asymmetricKeyType === 'ed25519')) {
    throw new ConfigError([
      'DKIM_KEY should be a PEM file with a private key, RSA of 2048 bits or more, or Ed25519',
    ]);
  }
  return { domain, selector, key };
}

/**
 * The message with a DKIM-Signature before it: RFC 6376, relaxed/relaxed, and RFC 8463 for Ed25519.
 *
 * @param message RFC 5322 with CRLF line ends
 */
export function dkimSigned(message: Buffer, { domain, selector, key }: DkimSigner, now: Date): Buffer {
  const text = message.toString('latin1');
  const gap = text.indexOf('\r\n\r\n');
  const fields = headerFields(text.slice(0, gap));
  // From is named once more than it stands there: one that is added on the way breaks the signature.
  const names = [...SIGNED.filter((name) => fields.some((field) => field.name === name)), 'from'];
  const isRsa = key.asymmetricKeyType === 'rsa';
  const tags = [
    `v=1; a=${isRsa ? 'rsa' : 'ed25519'}-sha256; c=relaxed/relaxed; d=${domain}; s=${selector}`,
    `t=${Math.floor(now.getTime() / 1000)}; h=${names.join(':')}`,
    `bh=${createHash('sha256')
      .update(relaxedBody(text.slice(gap + 4)), 'latin1')
      .digest('base64')}`,
    'b=',
  ];
  const unsigned = `DKIM-Signature: ${tags.join(';\r\n ')}`;
  const chosen = names
    .slice(0, -1)
    .map((name) => fields.findLast((field) => field.name === name)?.line ?? '');
  const input = Buffer.from([...chosen, unsigned].map(relaxedField).join('\r\n'), 'latin1');
  const signature = isRsa
    ? sign('sha256', input, key)
    : sign(null, createHash('sha256').update(input).digest(), key);
  const folded = signature.toString('base64').replace(/.{72}(?=.)/g, '$&\r\n ');
  return Buffer.concat([Buffer.from(`${unsigned}${folded}\r\n`, 'latin1'), message]);
}

function privateKey(file: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(file));
  } catch {
    return undefined; // no words of the error: they may hold the file's
  }
}

function headerFields(head: string): { name: string; line: string }[] {
  return head
    .split(/\r\n(?![ \t])/)
    .map((line) => ({ name: line.slice(0, line.indexOf(':')).trim().toLowerCase(), line }));
}

/** RFC 6376 section 3.4.2. */
function relaxedField(line: string): string {
  const colon = line.indexOf(':');
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${line.slice(0, colon).trim().toLowerCase()}:${value}`;
}

/** RFC 6376 section 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.length > 0 ? `${lines.join('\r\n')}\r\n` : '';
}
