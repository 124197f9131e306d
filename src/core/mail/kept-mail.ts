import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';

/** A letter kept as a file because there is no relay to give it to. */
export interface KeptLetter {
  /** The file's name without `.eml`. */
  id: string;
  subject: string;
  to: string;
  date: string;
}

/** What stands for a subject where a letter has none. */
export const NO_SUBJECT = 'Without a subject';

/** Writes a letter to DATA_DIR/outbox; once more under the same name is the same file. */
export async function keepLetter(dataDir: string, messageId: string, bytes: Buffer): Promise<void> {
  const dir = folderOf(dataDir);
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
  rmSync(fileOf(folderOf(dataDir), messageId), { force: true });
}

/** Removes kept letters of one kind, by how their Message-IDs begin, that were written before a time. */
export function removeKeptLetters(dataDir: string, kind: string, before: Date): void {
  const dir = folderOf(dataDir);
  for (const name of filesIn(dir).filter((file) => file.startsWith(`${kind}.`))) {
    const file = path.join(dir, name);
    if ((statSync(file, { throwIfNoEntry: false })?.mtime ?? before) < before) rmSync(file, { force: true });
  }
}

function fileOf(dir: string, messageId: string): string {
  return path.join(dir, `${messageId.replace(/[^\w.@-]/g, '_')}.eml`);
}

/** The newest letters that are kept, newest first; one that somebody else has put there too. */
export function keptLetters(dataDir: string, most: number): KeptLetter[] {
  const dir = folderOf(dataDir);
  const files = filesIn(dir).map((name) => ({ name, at: statSync(path.join(dir, name)).mtimeMs }));
  const newest = files.sort((a, b) => b.at - a.at || a.name.localeCompare(b.name)).slice(0, most);
  return newest.map(({ name, at }) => {
    const head = headOf(readFileSync(path.join(dir, name)));
    const id = name.slice(0, -'.eml'.length);
    const date = new Date(Date.parse(head('date')) || at).toISOString();
    return { id, subject: head('subject') || NO_SUBJECT, to: head('to'), date };
  });
}

export function keptLetterCount(dataDir: string): number {
  return filesIn(folderOf(dataDir)).length;
}

/** The bytes of a kept letter, or undefined where there is none of that name. */
export function keptLetter(dataDir: string, id: string): Buffer | undefined {
  if (!filesIn(folderOf(dataDir)).includes(`${id}.eml`)) return undefined; // no way out of the folder
  return readFileSync(path.join(folderOf(dataDir), `${id}.eml`));
}

function folderOf(dataDir: string): string {
  return path.join(dataDir, 'outbox');
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.eml'));
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

function headOf(bytes: Buffer): (name: string) => string {
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
