import { createPublicKey, hash, verify } from 'node:crypto';
import type { DkimSigner } from './dkim.ts';
import { nameOf, relaxedField } from './header-field.ts';

/** What a message's DKIM-Signature with our domain and selector is worth, by our own key and without the network. */
export type SignatureState = 'holds' | 'broken' | 'none';

/** @param message as it was stored: line ends may have become LF */
export function signatureState(message: Buffer, signer: DkimSigner): SignatureState {
  const [head = '', body = ''] = message
    .toString('latin1')
    .replace(/\r?\n/g, '\r\n')
    .split(/\r\n\r\n(.*)/s);
  const fields = head.split(/\r\n(?![ \t])/);
  const ours = fields
    .filter((field) => nameOf(field) === 'dkim-signature')
    .map((field) => ({ field, tags: tagsOf(field) }))
    .filter(({ tags }) => tags.get('d') === signer.domain && tags.get('s') === signer.selector);
  if (ours.length === 0) return 'none';
  const holds = ours.some(({ field, tags }) => isGood({ field, tags, fields, body }, signer));
  return holds ? 'holds' : 'broken';
}

function isGood(
  { field, tags, fields, body }: { field: string; tags: Map<string, string>; fields: string[]; body: string },
  { key }: DkimSigner,
): boolean {
  if (tags.get('c') !== 'relaxed/relaxed' || tags.has('l')) return false; // not as we sign
  if (hash('sha256', Buffer.from(relaxedBody(body), 'latin1'), 'base64') !== tags.get('bh')) return false;
  const chosen = chosenFields(tags.get('h')?.split(':') ?? [], fields);
  const unsigned = relaxedField(field).replace(/(;\s*b=)[^;]*/, '$1');
  const input = Buffer.from([...chosen.map(relaxedField), unsigned].join('\r\n'), 'latin1');
  const signature = Buffer.from(tags.get('b') ?? '', 'base64');
  const publicKey = createPublicKey(key);
  return publicKey.asymmetricKeyType === 'rsa'
    ? verify('sha256', input, publicKey, signature)
    : verify(null, hash('sha256', input, 'buffer'), publicKey, signature);
}

/** RFC 6376 section 5.4.2: a name that stands twice takes the last field, then the one above; one too many takes none. */
function chosenFields(names: readonly string[], fields: readonly string[]): string[] {
  const left = [...fields];
  return names.flatMap((name) => {
    const at = left.findLastIndex((field) => nameOf(field) === name.trim().toLowerCase());
    return at === -1 ? [] : left.splice(at, 1);
  });
}

function tagsOf(field: string): Map<string, string> {
  const tags = field.slice(field.indexOf(':') + 1).split(';');
  return new Map(
    tags.map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim(), value.join('=').replace(/\s+/g, '')];
    }),
  );
}

/** RFC 6376 section 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.length > 0 ? `${lines.join('\r\n')}\r\n` : '';
}
