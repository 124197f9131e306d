import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { Log } from '../platform/log.ts';
import type { PageTag } from '../platform/page-changes.ts';
import { type Article, articleFields, articlePath } from './article.ts';
import { ContentFolder } from './content-folder.ts';
import { type ContentProblem, readDocument, readYaml } from './document.ts';
import type { Kept, RenderedTexts } from './rendered-texts.ts';
import { type Author, authorFields, type Page, pageFields, type Site, siteFields } from './site.ts';
import { letterFields, type WrittenLetter } from './written-letter.ts';

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Up to so many saved files are rendered when they are read; more come by a copy or a check-out, and wait for a reader. */
const TRIED_AT_ONCE = 100;

/**
 * The documents of content/ as they were last good. A file that does not pass leaves its last good version
 * where it was and is listed in `problems`.
 */
export class Shelves {
  readonly folder: ContentFolder;
  readonly articles = new Map<string, Kept<Article>>();
  readonly authors = new Map<string, Kept<Author>>();
  readonly pages = new Map<string, Kept<Page>>();
  readonly letters = new Map<string, Kept<WrittenLetter>>();
  site: Site = siteFields.parse({});
  readonly #log: Log;
  readonly #texts: RenderedTexts;
  readonly #problems = new Map<string, ContentProblem[]>();
  #isTrying = false;

  constructor(contentDir: string, { log, texts }: { log: Log; texts: RenderedTexts }) {
    this.folder = new ContentFolder(contentDir);
    this.#log = log;
    this.#texts = texts;
    this.reload();
    this.#isTrying = true; // from now on a save is looked at whole: 10,000 texts at the start would take seconds
  }

  get problems(): ContentProblem[] {
    return [...this.#problems.values()].flat();
  }

  /** Takes in what changed since the last look, and says which pages that concerns; undefined where nothing did. */
  reload(): PageTag[] | undefined {
    const { changed, removed, pictures } = this.folder.changes();
    if (changed.length + removed.length + pictures.length === 0) return undefined;
    const tags = new Set<PageTag>(['articles']);
    if (pictures.some((file) => file.startsWith('authors/'))) tags.add('site');
    for (const file of removed) this.#forget(file, tags);
    const freed = removed.map(otherNameOf).filter((file) => this.#problems.has(file)); // its name was taken till now
    const files = new Set([...changed, ...freed]);
    for (const file of files) this.#read(file, tags, this.#isTrying && files.size <= TRIED_AT_ONCE);
    return [...tags];
  }

  /** The document behind an address of an article, author or page, published or not. */
  at(address: string): Kept<Article | Author | Page> | undefined {
    const [, first = '', second = ''] = address.split('/');
    if (first === 'articles' || first === 'preview') return this.articles.get(second);
    if (first === 'authors') return this.authors.get(second);
    return this.pages.get(first);
  }

  #read(file: string, tags: Set<PageTag>, isTried: boolean): void {
    const source = this.#sourceOf(file);
    if (source === undefined) return;
    const id = idOf(file);
    if (file === 'site.yaml') {
      this.#readSite(source.toString('utf8'));
      tags.add('site');
    } else if (!SLUG.test(id)) {
      this.#refuseName(file, 'should be lower-case words joined by hyphens, ending in .md');
    } else if (file.startsWith('articles/')) {
      this.#keep(this.articles, file, source, articleFields, isTried, (fields, body) => ({
        ...fields,
        slug: id,
        author: fields.author ?? this.site.author,
        path: articlePath(id),
        get minutes() {
          return Math.max(1, Math.round(wordsIn(body) / 220)); // not before somebody looks: 10,000 texts take a while
        },
      }));
      tags.add(`article:${id}`);
    } else if (file.startsWith('letters/')) {
      this.#keep(this.letters, file, source, letterFields, isTried, (fields) => ({
        ...fields,
        name: id,
        path: `/letters/${id}/`,
      }));
    } else {
      if (file.startsWith('authors/'))
        this.#keep(this.authors, file, source, authorFields, isTried, (fields) => ({
          ...fields,
          id,
          path: `/authors/${id}/`,
        }));
      else
        this.#keep(this.pages, file, source, pageFields, isTried, (fields) => ({
          ...fields,
          slug: id,
          path: `/${id}/`,
        }));
      tags.add('site'); // authors and pages show on many pages
    }
  }

  #sourceOf(file: string): Buffer | undefined {
    try {
      return readFileSync(path.join(this.folder.dir, file));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      this.#refuse([{ file, line: 1, field: 'file', message: `cannot be read (${code})` }]);
      return undefined;
    }
  }

  #readSite(source: string): void {
    const checked = readYaml('site.yaml', source, siteFields);
    if (checked.state === 'bad') {
      this.#refuse(checked.problems);
      return;
    }
    this.#accept('site.yaml', checked.unknown);
    this.site = checked.fields;
  }

  #keep<S extends z.ZodObject, T extends { path: string }>(
    shelf: Map<string, Kept<T>>,
    file: string,
    source: Buffer,
    schema: S,
    isTried: boolean,
    make: (fields: z.output<S>, body: Buffer) => T,
  ): void {
    const id = idOf(file);
    const other = shelf.get(id);
    if (other && other.file !== file) {
      this.#refuseName(file, `is taken already by ${other.file}`);
      return;
    }
    const checked = readDocument(file, source, schema);
    if (checked.state === 'bad') {
      this.#refuse(checked.problems);
      return;
    }
    const { body = Buffer.alloc(0), bodyLine = 1 } = checked;
    const kept = { item: make(checked.fields, body), file, body, bodyLine };
    const fault = isTried ? this.#texts.faultOf(kept) : undefined;
    if (fault === undefined) {
      if (!isTried) this.#texts.forget(kept.item.path);
      this.#accept(file, checked.unknown);
      shelf.set(id, kept);
    } else {
      this.#refuse([{ file, line: bodyLine, field: 'text', message: fault }]);
    }
  }

  #accept(file: string, unknown: readonly string[]): void {
    this.#problems.delete(file);
    for (const field of unknown) this.#log.warn('content.unknown-field', { file, field });
  }

  #refuseName(file: string, message: string): void {
    this.#refuse([{ file, line: 1, field: 'file name', message }]);
  }

  #refuse(problems: readonly ContentProblem[]): void {
    const file = problems[0]?.file;
    if (file === undefined) return;
    this.#problems.set(file, [...problems]);
    for (const problem of problems)
      this.#log.error('content.refused', { ...problem, kept: 'the last good version' });
  }

  #forget(file: string, tags: Set<PageTag>): void {
    this.#problems.delete(file);
    const id = idOf(file);
    if (file === 'site.yaml') this.site = siteFields.parse({});
    for (const shelf of [this.articles, this.authors, this.pages, this.letters]) {
      const kept = shelf.get(id);
      if (kept?.file !== file) continue;
      this.#texts.forget(kept.item.path);
      shelf.delete(id);
    }
    if (file.startsWith('letters/')) return; // no page shows it
    tags.add(file.startsWith('articles/') ? `article:${id}` : 'site');
  }
}

/** `articles/<id>.md` or `articles/<id>/index.md`. */
function idOf(file: string): string {
  return file.replace(/^[^/]*\//, '').replace(/(?:\/index)?\.md$/, '');
}

/** An article may be `<id>.md` or `<id>/index.md`; the other of the two. */
function otherNameOf(file: string): string {
  return file.endsWith('/index.md')
    ? file.replace(/\/index\.md$/, '.md')
    : file.replace(/\.md$/, '/index.md');
}

/** About how many words a text has: what stands between blanks. */
function wordsIn(text: Buffer): number {
  let words = 0;
  let isInWord = false;
  for (let index = 0; index < text.length; index++) {
    const isBlank = (text[index] as number) <= 0x20;
    if (isInWord && isBlank) words++;
    isInWord = !isBlank;
  }
  return words + (isInWord ? 1 : 0);
}
