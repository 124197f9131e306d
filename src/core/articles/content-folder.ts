import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';

/** How long a burst of events (an editor's save, an upload) is gathered before one look. */
const GATHER_MS = 25;
/** The safety net under the watches, and the pace where the system grants no more of them. */
const RESCAN_MS = 30_000;
const RESCAN_UNWATCHED_MS = 1000;

/** The folders that hold documents; those marked deep may also hold `<name>/index.md`. */
const FOLDERS = [
  { name: '', deep: false },
  { name: 'articles', deep: true },
  { name: 'authors', deep: false },
  { name: 'letters', deep: false },
  { name: 'pages', deep: false },
] as const;

const PICTURE = /\.(?:avif|gif|jpe?g|png|svg|webp)$/i;

/** Knows which documents content/ holds, and hears of each that was saved, renamed or removed. */
export class ContentFolder {
  readonly dir: string;
  readonly #stamps = new Map<string, string>();
  readonly #pictures = new Set<string>();
  readonly #watchers = new Map<string, FSWatcher>();
  #gathering: NodeJS.Timeout | undefined;
  #rescan: NodeJS.Timeout | undefined;
  #unwatched = false;

  constructor(dir: string) {
    this.dir = dir;
  }

  /**
   * Names, relative with forward slashes, of the documents that changed or went since the last look; and of the
   * pictures, as far as watches tell: there are none where the system grants no more.
   */
  changes(): { changed: string[]; removed: string[]; pictures: string[] } {
    const changed: string[] = [];
    const found = new Set<string>();
    for (const file of this.#documents()) {
      const info = statSync(path.join(this.dir, file), { throwIfNoEntry: false });
      if (!info?.isFile()) continue;
      found.add(file);
      const stamp = `${info.mtimeMs}:${info.size}:${info.ino}`;
      if (this.#stamps.get(file) === stamp) continue;
      this.#stamps.set(file, stamp);
      changed.push(file);
    }
    const removed = [...this.#stamps.keys()].filter((file) => !found.has(file));
    for (const file of removed) this.#stamps.delete(file);
    const pictures = [...this.#pictures];
    this.#pictures.clear();
    return { changed, removed, pictures };
  }

  /** One watch a directory: a recursive one loses a file for good once it is replaced by rename (Linux). */
  watch(onEvent: () => void): void {
    const look = () => {
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.#watchDirectories(look); // first, so that nothing falls between watch and look
        onEvent();
      }, GATHER_MS);
    };
    this.#watchDirectories(look);
    const again = () => {
      look();
      this.#rescan = setTimeout(again, this.#unwatched ? RESCAN_UNWATCHED_MS : RESCAN_MS).unref();
    };
    this.#rescan = setTimeout(again, this.#unwatched ? RESCAN_UNWATCHED_MS : RESCAN_MS).unref();
  }

  close(): void {
    clearTimeout(this.#rescan);
    clearTimeout(this.#gathering);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  *#documents(): Generator<string> {
    for (const { name, deep } of FOLDERS) {
      for (const entry of entriesOf(path.join(this.dir, name))) {
        const file = name === '' ? entry.name : `${name}/${entry.name}`;
        if (
          name === '' ? entry.name === 'site.yaml' : entry.name.endsWith('.md') && !entry.name.startsWith('.')
        )
          yield file;
        else if (deep && entry.isDirectory()) yield `${file}/index.md`;
      }
    }
  }

  #watchDirectories(onEvent: () => void): void {
    const wanted = new Set<string>();
    for (const { name, deep } of FOLDERS) {
      const dir = path.join(this.dir, name);
      if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) continue;
      wanted.add(dir);
      if (deep)
        for (const entry of entriesOf(dir)) if (entry.isDirectory()) wanted.add(path.join(dir, entry.name));
    }
    for (const [dir, watcher] of this.#watchers) {
      if (wanted.has(dir)) continue;
      watcher.close();
      this.#watchers.delete(dir);
    }
    this.#unwatched = false;
    for (const dir of wanted) {
      if (!this.#watchers.has(dir)) this.#watchOne(dir, onEvent);
    }
  }

  #watchOne(dir: string, onEvent: () => void): void {
    const forget = () => {
      this.#watchers.get(dir)?.close();
      this.#watchers.delete(dir);
    };
    try {
      // A directory that is removed and made again has a new inode: its old watch is deaf, so it is made anew.
      const watcher = watch(dir, { persistent: false }, (event, name) => {
        if (event === 'rename' && name === path.basename(dir)) forget();
        if (name !== null && PICTURE.test(name))
          this.#pictures.add(path.relative(this.dir, path.join(dir, name)).split(path.sep).join('/'));
        onEvent();
      });
      this.#watchers.set(dir, watcher.on('error', forget));
    } catch {
      this.#unwatched = true; // the system's limit of watches: look often instead
    }
  }
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
