import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';

/** What a file holds. */
export interface Contents {
  bytes: number;
  sha256: string;
}

/** Copies a file, flushed to disk and for its owner alone; the folders above it are made. Tells what was copied. */
export async function copyFlushed(
  from: string,
  to: string,
  signal?: AbortSignal | undefined,
): Promise<Contents> {
  const source = await open(from, 'r'); // one that is not there leaves no empty copy
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
  const copy = await open(to, 'wx', 0o600);
  try {
    const contents = await readThrough(source, signal, (chunk) => copy.writeFile(chunk));
    await copy.sync();
    return contents;
  } finally {
    await Promise.all([source.close(), copy.close()]);
  }
}

/** The same of a file that somebody else has written: flushes it, and tells what it holds. */
export async function flushed(file: string, signal?: AbortSignal | undefined): Promise<Contents> {
  const handle = await open(file, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return contentsOf(file, signal);
}

export async function contentsOf(file: string, signal?: AbortSignal | undefined): Promise<Contents> {
  const source = await open(file, 'r');
  try {
    return await readThrough(source, signal, async () => {});
  } finally {
    await source.close();
  }
}

/** So many at a time: each waits for the disk to flush it, which takes no longer for several at once. */
const AT_ONCE = 16;

/** Does the same to each of many files. Whichever fails, nothing is under way any more when this has. */
export async function eachOf<T, R>(files: readonly T[], work: (file: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const settled = await Promise.allSettled(files.slice(from, from + AT_ONCE).map(work));
    for (const one of settled) {
      if (one.status === 'rejected') throw one.reason;
      results.push(one.value);
    }
  }
  return results;
}

/** Until this, the names in a folder may be lost with the power. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readThrough(
  file: FileHandle,
  signal: AbortSignal | undefined,
  take: (chunk: Buffer) => Promise<unknown>,
): Promise<Contents> {
  const sum = createHash('sha256');
  let bytes = 0;
  const chunks = file.createReadStream({ highWaterMark: 1024 ** 2, autoClose: false });
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    sum.update(chunk);
    bytes += chunk.length;
    await take(chunk);
  }
  return { bytes, sha256: sum.digest('hex') };
}
