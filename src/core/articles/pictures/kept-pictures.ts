import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { DAY, HOUR, MINUTE } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';

/** Something made, on its way to a reader. */
export interface KeptPicture {
  size: number;
  stream(): Readable;
}

/** Each file ends in the SHA-256 of what stands before it; readers of pictures stop before that. */
const SEAL_BYTES = 32;
/** How long a file stays that nobody asks for. */
const KEPT_DAYS = 30;
const SOUND_MAX = 10_000;

/**
 * What was made of pictures, one file each in a folder that may be emptied at any time.
 * Made once, while all who ask wait for the same one; a damaged file is made anew.
 */
export class KeptPictures {
  readonly #dir: string;
  readonly #log: Log;
  readonly #making = new Map<string, Promise<KeptPicture>>();
  /** Files whose seal this process has looked at, by inode and size; each is looked at again after a day. */
  readonly #sound = new Map<string, string>();

  constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
  }

  /**
   * @param name of the file: what goes into the making must be in it
   * @throws what `make` throws, for a minute without asking it again; AppError `unavailable`
   */
  async get(name: string, make: () => Promise<Uint8Array>): Promise<KeptPicture> {
    return (await this.#onDisk(name)) ?? this.#making.get(name) ?? this.#begin(name, make);
  }

  /** Removes what nobody has asked for in a month, and what a crash left half written. */
  async tidy(now: Date): Promise<void> {
    const names = await readdir(this.#dir).catch(() => []);
    for (const name of names) {
      const file = path.join(this.#dir, name);
      const info = await stat(file).catch(() => undefined);
      const age = now.getTime() - (info?.mtimeMs ?? now.getTime());
      if (age > (name.endsWith('.part') ? HOUR : KEPT_DAYS * DAY)) await rm(file, { force: true });
    }
  }

  async #onDisk(name: string): Promise<KeptPicture | undefined> {
    const file = path.join(this.#dir, name);
    const info = await stat(file).catch(() => undefined);
    if (!info) return undefined;
    const isKnown = this.#sound.get(name) === `${info.ino}:${info.size}`;
    if (!isKnown || Date.now() - info.mtimeMs > DAY) {
      if (!isSealed(await readFile(file).catch(() => Buffer.alloc(0)))) {
        this.#log.warn('picture.damaged', { kept: name });
        return undefined;
      }
      const now = new Date();
      await utimes(file, now, now).catch(() => {}); // it is in use: not to be tidied away
      if (this.#sound.size >= SOUND_MAX) this.#sound.clear();
      this.#sound.set(name, `${info.ino}:${info.size}`);
    }
    const size = info.size - SEAL_BYTES;
    return { size, stream: () => createReadStream(file, { end: size - 1 }) };
  }

  #begin(name: string, make: () => Promise<Uint8Array>): Promise<KeptPicture> {
    const making = make().then((bytes) => this.#keep(name, bytes));
    this.#making.set(name, making);
    const forget = () => this.#making.delete(name);
    const forgetLater = () => void setTimeout(forget, MINUTE).unref();
    making.then(
      ({ isOnDisk }) => (isOnDisk ? forget() : forgetLater()),
      (error: unknown) => (error instanceof AppError ? forget() : forgetLater()),
    );
    return making;
  }

  /** A disk that takes no more is no reason to show nothing. */
  async #keep(name: string, bytes: Uint8Array): Promise<KeptPicture & { isOnDisk: boolean }> {
    const file = path.join(this.#dir, name);
    const part = `${file}.${randomBytes(6).toString('hex')}.part`;
    const kept = { size: bytes.length, stream: () => Readable.from([bytes]) };
    try {
      await mkdir(this.#dir, { recursive: true, mode: 0o700 });
      await writeFile(part, Buffer.concat([bytes, sealOf(bytes)]));
      await rename(part, file);
      return { ...kept, isOnDisk: true };
    } catch (error) {
      this.#log.error('picture.not-kept', { kept: name, code: (error as NodeJS.ErrnoException).code });
      await rm(part, { force: true }).catch(() => {});
      return { ...kept, isOnDisk: false };
    }
  }
}

function sealOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function isSealed(file: Buffer): boolean {
  const end = file.length - SEAL_BYTES;
  return end > 0 && sealOf(file.subarray(0, end)).equals(file.subarray(end));
}
