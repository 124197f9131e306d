import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as others, setTimeout as sleep } from 'node:timers/promises';
import { EML, headOf, NO_SUBJECT, outboxOf } from './kept-mail.ts';

/** A letter kept as a file because there is no relay to give it to. */
export interface KeptLetter {
  /** The file's name without `.eml`. */
  id: string;
  subject: string;
  to: string;
  date: string;
}

/** A part of the list, newest first. */
export interface KeptPage {
  letters: KeptLetter[];
  /** How many are kept in all. */
  total: number;
  /** Behind which letter the list goes on; undefined where it has ended. */
  next: string | undefined;
  /** When the oldest letter that was looked at was written, where few of very many fit and there are more (UTC text). */
  reached: string | undefined;
  /** The folder is still being read: newer ones will show at the next look. */
  isBehind: boolean;
}

export const KEPT_PAGE = 50;

/** So many letters are opened for one page of a search. */
const LOOKED_AT = 2000;
/** Their heads, remembered: some hundred bytes each. */
const MOST_HEADS = 20_000;
/** In this much the head of a letter of ours ends. */
const HEAD_BYTES = 16_384;
/** Between two turns of everybody else. */
const AT_ONCE = 500;
/** Whoever looks waits so long for the folder to be read anew: 50,000 names take 40 to 120 ms. */
const PATIENCE_MS = 100;
/** A folder may change twice within one tick of its clock: what was read so soon after a change is read again. */
const TICK_MS = 1000;

interface File {
  id: string;
  /** When it was written, in whole milliseconds. */
  at: number;
}

/**
 * The letters that are kept as files, for who looks through them: which there are is read anew only when the folder has
 * changed, and each file is asked for its time once. A letter kept again under its name stays in its place.
 */
export class KeptLetters {
  readonly #dir: string;
  readonly #heads = new Map<string, KeptLetter>();
  #files: readonly File[] = [];
  #known = new Map<string, File>();
  /** When the folder had changed last, and when it was read then, in milliseconds; -1: there was none, 0: not yet. */
  #read = { changed: -1, at: 0 };
  #reading: Promise<void> | undefined;

  constructor(dataDir: string) {
    this.#dir = outboxOf(dataDir);
  }

  /**
   * @param asked.words what subject or recipient must hold, in any case; none: all fit
   * @param asked.after the `next` of the page before; one that is none begins at the newest
   */
  async page({ words = '', after = '' }: { words?: string; after?: string } = {}): Promise<KeptPage> {
    const isBehind = await this.#catchUp();
    const files = this.#files;
    const wanted = words.toLowerCase();
    const letters: KeptLetter[] = [];
    const start = startOf(files, after);
    const end = Math.min(files.length, wanted === '' ? start + KEPT_PAGE : start + LOOKED_AT);
    let n = start;
    for (; n < end && letters.length < KEPT_PAGE; n++) {
      if ((n + 1) % AT_ONCE === 0) await others();
      const letter = this.#letterOf(files[n] as File);
      if (letter && `${letter.to}\n${letter.subject}`.toLowerCase().includes(wanted)) letters.push(letter);
    }
    const last = n < files.length ? files[n - 1] : undefined;
    const isShort = last && wanted !== '' && letters.length < KEPT_PAGE;
    return {
      letters,
      total: files.length,
      next: last && positionOf(last),
      reached: isShort ? new Date(last.at).toISOString() : undefined,
      isBehind,
    };
  }

  /** Waits for the folder to be read, but not for long where there is a list already; whether it is read behind. */
  async #catchUp(): Promise<boolean> {
    this.#reading ??= this.#readFolder().finally(() => {
      this.#reading = undefined;
    });
    if (this.#read.at === 0) return this.#reading.then(() => false);
    // Where that fails after nobody waits any more, the next who looks begins anew, and hears why.
    this.#reading.catch(() => undefined);
    return Promise.race([this.#reading.then(() => false), sleep(PATIENCE_MS, true, { ref: false })]);
  }

  async #readFolder(): Promise<void> {
    const at = Date.now();
    const changed = await changedAt(this.#dir);
    if (changed === this.#read.changed && this.#read.at - changed > TICK_MS) return;
    const names = changed === -1 ? [] : (await readdir(this.#dir)).filter((name) => name.endsWith(EML));
    const found: File[] = [];
    for (const [n, name] of names.filter((one) => !this.#known.has(one)).entries()) {
      if (n % AT_ONCE === AT_ONCE - 1) await others();
      const file = fileAt(this.#dir, name);
      if (file) found.push(file);
    }
    if (names.length < this.#known.size + found.length) this.#forget(new Set(names));
    for (const file of found) this.#known.set(file.id + EML, file);
    // Two lists in order: sorting them together takes hardly longer than going over them.
    if (found.length > 0) this.#files = [...found.sort(newestFirst), ...this.#files].sort(newestFirst);
    this.#read = { changed, at };
  }

  #forget(names: ReadonlySet<string>): void {
    this.#files = this.#files.filter(({ id }) => names.has(id + EML));
    this.#known = new Map(this.#files.map((file) => [file.id + EML, file]));
  }

  /** Undefined where it is gone by now. */
  #letterOf({ id, at }: File): KeptLetter | undefined {
    const seen = this.#heads.get(id);
    if (seen) return seen;
    const bytes = beginningOf(path.join(this.#dir, id + EML));
    if (!bytes) return undefined;
    const head = headOf(bytes);
    const date = new Date(Date.parse(head('date')) || at).toISOString();
    const letter = { id, subject: head('subject') || NO_SUBJECT, to: head('to'), date };
    if (this.#heads.size >= MOST_HEADS) this.#heads.clear();
    this.#heads.set(id, letter);
    return letter;
  }
}

function newestFirst(a: File, b: File): number {
  return b.at - a.at || (a.id < b.id ? -1 : 1);
}

function positionOf({ id, at }: File): string {
  return `${at}-${id}`;
}

/** Where the list goes on behind a position, whether or not that letter is still there. */
function startOf(files: readonly File[], position: string): number {
  const [, at, id] = /^(\d{1,15})-(.+)$/.exec(position) ?? [];
  if (at === undefined || id === undefined) return 0;
  const start = files.findIndex((file) => newestFirst(file, { id, at: Number(at) }) > 0 && file.id !== id);
  return start === -1 ? files.length : start;
}

async function changedAt(dir: string): Promise<number> {
  try {
    return (await stat(dir)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}

/** Asked for at once: a promise for each of many thousands takes ten times as long. */
function fileAt(dir: string, name: string): File | undefined {
  const stats: Stats | undefined = statSync(path.join(dir, name), { throwIfNoEntry: false });
  if (!stats?.isFile()) return undefined;
  return { id: name.slice(0, -EML.length), at: Math.trunc(stats.mtimeMs) };
}

function beginningOf(file: string): Buffer | undefined {
  let opened: number;
  try {
    opened = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.subarray(0, readSync(opened, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(opened);
  }
}
