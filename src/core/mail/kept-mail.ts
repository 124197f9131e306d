import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';

export const EML = '.eml';
/** File systems know no longer names. */
const LONGEST_NAME = 250;

/** What stands for a subject where a letter has none. */
export const NO_SUBJECT = 'Without a subject';

/** Writes a letter to DATA_DIR/outbox; once more under the same name is the same file. */
export async function keepLetter(dataDir: string, messageId: string, bytes: Buffer): Promise<void> {
  const dir = outboxOf(dataDir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = fileOf(dir, messageId);
  const handle = await open(`${file}.part`, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
}

/** Removes a kept letter, where there is one. */
export function removeKeptLetter(dataDir: string, messageId: string): void {
  rmSync(fileOf(outboxOf(dataDir), messageId), { force: true });
}

/** Removes kept letters of one kind, by how their Message-IDs begin, that were written before a time. */
export function removeKeptLetters(dataDir: string, kind: string, before: Date): void {
  const dir = outboxOf(dataDir);
  for (const name of filesIn(dir).filter((file) => file.startsWith(`${kind}.`))) {
    const file = path.join(dir, name);
    if ((statSync(file, { throwIfNoEntry: false })?.mtime ?? before) < before) rmSync(file, { force: true });
  }
}

function fileOf(dir: string, messageId: string): string {
  return path.join(dir, `${messageId.replace(/[^\w.@-]/g, '_')}.eml`);
}

/** The bytes of a kept letter, or undefined where there is none of that name. */
export function keptLetter(dataDir: string, id: string): Buffer | undefined {
  if (/[/\\\0]/.test(id) || id.length > LONGEST_NAME) return undefined; // no way out of the folder
  const file = path.join(outboxOf(dataDir), id + EML);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

/** Where the letters are kept. */
export function outboxOf(dataDir: string): string {
  return path.join(dataDir, 'outbox');
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith(EML));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The parts of a letter of ours, decoded: only what letter.ts writes is understood. */
export function readLetter(bytes: Buffer): { head: (name: string) => string; text: string; html: string } {
  const source = bytes.toString('latin1');
  const boundary = /boundary="([^"]+)"/.exec(source)?.[1];
  const parts = boundary ? source.split(`--${boundary}`).slice(1, -1) : [];
  const partOf = (type: string) => {
    const part = parts.find((candidate) => candidate.toLowerCase().includes(`content-type: ${type}`)) ?? '';
    const gap = part.search(/\r?\n\r?\n/);
    return decoded(part.slice(0, gap), part.slice(gap).trim());
  };
  return { head: headOf(bytes), text: partOf('text/plain'), html: partOf('text/html') };
}

/** What stands in a field of a letter's head, decoded; empty where it has none of that name. */
export function headOf(bytes: Buffer): (name: string) => string {
  const head =
    bytes
      .toString('latin1')
      .split(/\r?\n\r?\n/, 1)[0]
      ?.replace(/\r?\n[ \t]+/g, ' ') ?? '';
  return (name) => decodedWords(new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1] ?? '');
}

function decoded(head: string, body: string): string {
  if (/content-transfer-encoding: base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/content-transfer-encoding: quoted-printable/i.test(head))
    return Buffer.from(body, 'latin1').toString('utf8');
  return quotedPrintable(body.replace(/=\r?\n/g, ''));
}

/** RFC 2047 words, as nodemailer writes them. */
function decodedWords(value: string): string {
  return value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : quotedPrintable(text.replaceAll('_', ' ')),
    );
}

function quotedPrintable(text: string): string {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}
