import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { HOUR } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { PageTag } from '../platform/page-changes.ts';
import type { SafeHtml } from '../platform/safe-html.ts';
import { type Article, articleFields, articlePath, isPublished } from './article.ts';
import { ContentFolder } from './content-folder.ts';
import { type Checked, type ContentProblem, readDocument, readYaml } from './document.ts';
import { renderMarkdown, wordsIn } from './markdown.ts';
import {
  type Author,
  authorFields,
  type Page,
  pageFields,
  type Site,
  siteFields,
  type Topic,
} from './site.ts';

/** A document with its text; bodies are kept as bytes, outside the heap, so that a broken save cannot take them away. */
interface Kept<T> {
  item: T;
  file: string;
  body: Buffer;
}

/** How many rendered bodies are kept: the pages above them are cached by the front door. */
const RENDERED_MAX = 500;

/**
 * What content/ holds, read at the start and again whenever a file is saved.
 * A file that does not pass leaves its last good version up and is listed in `problems`.
 */
export class Library {
  readonly #folder: ContentFolder;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #articles = new Map<string, Kept<Article>>();
  readonly #authors = new Map<string, Kept<Author>>();
  readonly #pages = new Map<string, Kept<Page>>();
  readonly #problems = new Map<string, ContentProblem[]>();
  readonly #rendered = new Map<string, SafeHtml>();
  #site: Site = siteFields.parse({});
  #newestFirst: Article[] | undefined;
  #aliases: Map<string, string> | undefined;
  #due: NodeJS.Timeout | undefined;
  #tell: (tags: readonly PageTag[]) => void = () => {};

  constructor({ contentDir, clock, log }: { contentDir: string; clock: Clock; log: Log }) {
    this.#folder = new ContentFolder(contentDir);
    this.#clock = clock;
    this.#log = log;
    this.reload();
  }

  get site(): Site {
    return this.#site;
  }

  /** Files that were refused, with line and field; empty when all is well. */
  get problems(): ContentProblem[] {
    return [...this.#problems.values()].flat();
  }

  /** What readers can see now, newest first. */
  articles(): Article[] {
    return this.articlesAt(this.#clock.now());
  }

  /** What readers can see at a given time, newest first. */
  articlesAt(now: Date): Article[] {
    this.#newestFirst ??= [...this.#articles.values()]
      .map((kept) => kept.item)
      .filter((article) => !article.draft)
      .sort((a, b) => b.published.localeCompare(a.published) || a.slug.localeCompare(b.slug));
    const first = this.#newestFirst.findIndex((article) => isPublished(article, now));
    return first === -1 ? [] : this.#newestFirst.slice(first);
  }

  articlesOn(topic: string): Article[] {
    return this.articles().filter((article) => article.topics.includes(topic));
  }

  articlesBy(author: string): Article[] {
    return this.articles().filter((article) => article.author === author);
  }

  /** A published article; undefined for a draft, one whose time has not come, and none. */
  article(slug: string): Article | undefined {
    const article = this.#articles.get(slug)?.item;
    return article && isPublished(article, this.#clock.now()) ? article : undefined;
  }

  /** Chosen by the writer, else those that share most topics, newest first. */
  related(article: Article, most = 3): Article[] {
    const chosen = article.related.map((slug) => this.article(slug)).filter((found) => found !== undefined);
    if (chosen.length > 0) return chosen.slice(0, most);
    const shared = (other: Article) => other.topics.filter((topic) => article.topics.includes(topic)).length;
    return this.articles()
      .filter((other) => other.slug !== article.slug && shared(other) > 0)
      .sort((a, b) => shared(b) - shared(a))
      .slice(0, most);
  }

  /** Topics of site.yaml in their order, then any that articles name besides; only those with an article. */
  topics(): (Topic & { count: number })[] {
    const counts = new Map<string, number>();
    for (const article of this.articles()) {
      for (const topic of article.topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    }
    const order = new Set([...this.#site.topics.map((topic) => topic.id), ...[...counts.keys()].sort()]);
    return [...order].flatMap((id) => {
      const count = counts.get(id);
      return count === undefined ? [] : [{ ...this.topic(id), count }];
    });
  }

  /** A topic by id, named after its id where site.yaml does not know it. */
  topic(id: string): Topic {
    const plain = id.replaceAll('-', ' ');
    return (
      this.#site.topics.find((topic) => topic.id === id) ?? {
        id,
        name: plain.charAt(0).toUpperCase() + plain.slice(1),
        dek: '',
      }
    );
  }

  /** An author by id, named after the id where there is no file. */
  author(id: string): Author {
    return this.#authors.get(id)?.item ?? { id, name: id, role: '', links: [], path: `/authors/${id}/` };
  }

  isAuthor(id: string): boolean {
    return this.#authors.has(id) || this.articlesBy(id).length > 0;
  }

  page(slug: string): Page | undefined {
    return this.#pages.get(slug)?.item;
  }

  /** Where an old address now is. */
  aliasTarget(address: string): string | undefined {
    this.#aliases ??= new Map(
      [...this.#articles.values()].flatMap(({ item }) =>
        item.aliases.map((alias) => [withSlash(alias), item.slug] as const),
      ),
    );
    const slug = this.#aliases.get(withSlash(address));
    return slug !== undefined && this.article(slug) ? articlePath(slug) : undefined;
  }

  /** The body, rendered and sanitized; relative addresses stay relative to the page. */
  html(item: Article | Author | Page): SafeHtml {
    const known = this.#rendered.get(item.path);
    if (known) return known;
    const html = renderMarkdown(this.#keptAt(item.path)?.body.toString('utf8') ?? '');
    if (this.#rendered.size >= RENDERED_MAX) this.#rendered.delete(this.#rendered.keys().next().value ?? '');
    this.#rendered.set(item.path, html);
    return html;
  }

  /** The folder in which the pictures of an article or author lie. */
  folderOf(path_: string): string | undefined {
    const kept = this.#keptAt(path_);
    return kept && path.join(this.#folder.dir, path.dirname(kept.file));
  }

  /** Follows the files until `close`; `tell` hears what changed on the pages. */
  watch(tell: (tags: readonly PageTag[]) => void): void {
    this.#tell = tell;
    this.#folder.watch(() => this.reload());
    this.reload(); // what was saved between the first reading and the watch
    this.#waitForNextPublication();
  }

  close(): void {
    this.#folder.close();
    clearTimeout(this.#due);
  }

  /** Looks at the folder now, and takes in what changed since the last look. */
  reload(): void {
    const { changed, removed } = this.#folder.changes();
    if (changed.length + removed.length === 0) return;
    const tags = new Set<PageTag>(['articles']);
    for (const file of removed) this.#forget(file, tags);
    const freed = removed.map(otherNameOf).filter((file) => this.#problems.has(file)); // its name was taken till now
    for (const file of new Set([...changed, ...freed])) this.#read(file, tags);
    this.#newestFirst = undefined;
    this.#aliases = undefined;
    this.#waitForNextPublication();
    this.#tell([...tags]);
  }

  #read(file: string, tags: Set<PageTag>): void {
    let source: string;
    try {
      source = readFileSync(path.join(this.#folder.dir, file), 'utf8');
    } catch (error) {
      this.#refuse([
        {
          file,
          line: 1,
          field: 'file',
          message: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
        },
      ]);
      return;
    }
    if (file === 'site.yaml') {
      const site = this.#accept(file, readYaml(file, source, siteFields));
      if (site) this.#site = site.fields;
      tags.add('site');
      return;
    }
    const id = idOf(file);
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) {
      this.#refuse([
        {
          file,
          line: 1,
          field: 'file name',
          message: 'should be lower-case words joined by hyphens, ending in .md',
        },
      ]);
    } else if (file.startsWith('articles/')) {
      this.#keep(this.#articles, file, source, articleFields, tags, (fields, body) => ({
        ...fields,
        slug: id,
        author: fields.author ?? this.#site.author,
        path: articlePath(id),
        minutes: Math.max(1, Math.round(wordsIn(body) / 220)),
      }));
      tags.add(`article:${id}`);
    } else if (file.startsWith('authors/')) {
      this.#keep(this.#authors, file, source, authorFields, tags, (fields) => ({
        ...fields,
        id,
        path: `/authors/${id}/`,
      }));
    } else {
      this.#keep(this.#pages, file, source, pageFields, tags, (fields) => ({
        ...fields,
        slug: id,
        path: `/${id}/`,
      }));
    }
  }

  #keep<S extends z.ZodObject, T extends { path: string }>(
    shelf: Map<string, Kept<T>>,
    file: string,
    source: string,
    schema: S,
    tags: Set<PageTag>,
    make: (fields: z.output<S>, body: string) => T,
  ): void {
    const id = idOf(file);
    const other = shelf.get(id);
    if (other && other.file !== file) {
      this.#refuse([{ file, line: 1, field: 'file name', message: `is taken already by ${other.file}` }]);
      return;
    }
    const good = this.#accept(file, readDocument(file, source, schema));
    if (!good) return;
    const item = make(good.fields, good.body);
    shelf.set(id, { item, file, body: Buffer.from(good.body) });
    this.#rendered.delete(item.path);
    if (shelf !== (this.#articles as unknown)) tags.add('site'); // authors and pages show on many pages
  }

  #accept<T>(file: string, checked: Checked<T>): Extract<Checked<T>, { state: 'good' }> | undefined {
    if (checked.state === 'bad') {
      this.#refuse(checked.problems);
      return undefined;
    }
    this.#problems.delete(file);
    for (const field of checked.unknown) this.#log.warn('content.unknown-field', { file, field });
    return checked;
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
    if (file === 'site.yaml') this.#site = siteFields.parse({});
    for (const shelf of [this.#articles, this.#authors, this.#pages]) {
      const kept = shelf.get(id);
      if (kept?.file !== file) continue;
      this.#rendered.delete(kept.item.path);
      shelf.delete(id);
    }
    if (file.startsWith('articles/')) tags.add(`article:${id}`);
    else tags.add('site');
  }

  #keptAt(address: string): Kept<Article | Author | Page> | undefined {
    const [, first = '', second = ''] = address.split('/');
    if (first === 'articles') return this.#articles.get(second);
    if (first === 'authors') return this.#authors.get(second);
    return this.#pages.get(first);
  }

  /** A future date goes live by itself: the pages that will show it are told at that moment. */
  #waitForNextPublication(): void {
    clearTimeout(this.#due);
    const now = this.#clock.now();
    const waiting = [...this.#articles.values()]
      .map((kept) => kept.item)
      .filter((article) => !article.draft && !isPublished(article, now));
    if (waiting.length === 0) return;
    const next = Math.min(...waiting.map((article) => Date.parse(article.published)));
    this.#due = setTimeout(
      () => {
        const live = waiting.filter((article) => isPublished(article, this.#clock.now()));
        if (live.length > 0)
          this.#tell(['articles', ...live.map((article) => `article:${article.slug}` as const)]);
        for (const article of live) this.#log.info('article.published', { article: article.slug });
        this.#waitForNextPublication();
      },
      Math.min(next - now.getTime() + 5, HOUR), // a timer cannot wait longer than 24 days, and clocks are set
    ).unref();
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

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}
