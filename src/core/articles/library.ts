import path from 'node:path';
import { type Clock, HOUR } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { PageTag } from '../platform/page-changes.ts';
import type { SafeHtml } from '../platform/safe-html.ts';
import { type Article, articlePath, isPublished } from './article.ts';
import type { ContentProblem } from './document.ts';
import type { Heading } from './markdown.ts';
import { type Kept, RenderedTexts } from './rendered-texts.ts';
import { Shelves } from './shelves.ts';
import { Shown } from './shown.ts';
import type { Author, Page, Site, Subject } from './site.ts';
import type { WrittenLetter } from './written-letter.ts';

/** How many of the newest articles of a topic are looked at for related ones. */
const RELATED_FROM = 100;

/** What readers can see of content/, read at the start and again whenever a file is saved. */
export class Library {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #texts: RenderedTexts;
  readonly #shelves: Shelves;
  /** Everything but drafts, newest first, and what of it is shown now. */
  #newestFirst: Article[] | undefined;
  #shown: Shown | undefined;
  #aliases: Map<string, string> | undefined;
  #due: NodeJS.Timeout | undefined;
  #tell: (tags: readonly PageTag[]) => void = () => {};

  constructor({ contentDir, clock, log }: { contentDir: string; clock: Clock; log: Log }) {
    this.#clock = clock;
    this.#log = log;
    this.#texts = new RenderedTexts(log);
    this.#shelves = new Shelves(contentDir, { log, texts: this.#texts });
  }

  get site(): Site {
    return this.#shelves.site;
  }

  /** Files that were refused, with line and field; empty when all is well. */
  get problems(): ContentProblem[] {
    return this.#shelves.problems;
  }

  /** What readers can see now, newest first. */
  articles(): readonly Article[] {
    return this.#visible.articles;
  }

  /** What readers can see at a given time, newest first. */
  articlesAt(now: Date): readonly Article[] {
    const first = this.#waiting.findIndex((article) => isPublished(article, now));
    return first === -1 ? [] : this.#waiting.slice(first);
  }

  articlesOn(topic: string): readonly Article[] {
    return this.#visible.byTopic.get(topic) ?? [];
  }

  articlesBy(author: string): readonly Article[] {
    return this.#visible.byAuthor.get(author) ?? [];
  }

  articlesIn(year: number): readonly Article[] {
    return this.#visible.byYear.get(year) ?? [];
  }

  /** In the order in which they are read: oldest first. */
  articlesInSeries(id: string): readonly Article[] {
    return this.#visible.bySeries.get(id)?.toReversed() ?? [];
  }

  /** Stories that still develop, the last changed first. */
  ongoing(): readonly Article[] {
    return this.#visible.ongoing;
  }

  /** When anything last changed for a reader, UTC text; undefined where nothing is published. */
  get modified(): string | undefined {
    return this.#visible.modified;
  }

  /** A published article; undefined for a draft, one whose time has not come, and none. */
  article(slug: string): Article | undefined {
    const article = this.written(slug);
    return article && isPublished(article, this.#clock.now()) ? article : undefined;
  }

  /** Drafts, and articles whose time has not come; the newest first. */
  unseen(now: Date): Article[] {
    return [...this.#shelves.articles.values()]
      .map(({ item }) => item)
      .filter((article) => !isPublished(article, now))
      .sort((a, b) => compare(b.published, a.published) || compare(a.slug, b.slug));
  }

  /** An article in any state, for its writer. */
  written(slug: string): Article | undefined {
    return this.#shelves.articles.get(slug)?.item;
  }

  /** Chosen by the writer, else those that share most topics, newest first. */
  related(article: Article, most = 3): Article[] {
    const chosen = article.related.map((slug) => this.article(slug)).filter((found) => found !== undefined);
    if (chosen.length > 0) return chosen.slice(0, most);
    const shared = new Map<Article, number>();
    for (const topic of article.topics) {
      for (const other of this.articlesOn(topic).slice(0, RELATED_FROM))
        if (other.slug !== article.slug) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    return [...shared]
      .sort(([a, many], [b, more]) => more - many || b.published.localeCompare(a.published))
      .map(([other]) => other)
      .slice(0, most);
  }

  /** Where an article stands in its series; undefined where it is in none, or is its only part. */
  seriesOf(article: Article): { series: Subject; parts: readonly Article[]; number: number } | undefined {
    if (article.series === undefined) return undefined;
    const parts = this.articlesInSeries(article.series);
    const number = 1 + parts.findIndex(({ slug }) => slug === article.slug);
    return number > 0 && parts.length > 1
      ? { series: this.seriesNamed(article.series), parts, number }
      : undefined;
  }

  /** Topics of site.yaml in their order, then any that articles name besides; only those with an article. */
  topics(): (Subject & { count: number })[] {
    return counted(this.site.topics, this.#visible.byTopic);
  }

  series(): (Subject & { count: number })[] {
    return counted(this.site.series, this.#visible.bySeries);
  }

  /** The years in which something was published, newest first. */
  years(): { year: number; count: number }[] {
    return [...this.#visible.byYear].map(([year, { length }]) => ({ year, count: length }));
  }

  topic(id: string): Subject {
    return named(this.site.topics, id);
  }

  seriesNamed(id: string): Subject {
    return named(this.site.series, id);
  }

  /** An author by id, named after the id where there is no file. */
  author(id: string): Author {
    const { authors } = this.#shelves;
    return (
      authors.get(id)?.item ?? { id, name: id, role: '', kind: 'person', links: [], path: `/authors/${id}/` }
    );
  }

  isAuthor(id: string): boolean {
    return this.#shelves.authors.has(id) || this.articlesBy(id).length > 0;
  }

  page(slug: string): Page | undefined {
    return this.#shelves.pages.get(slug)?.item;
  }

  /** Every page, such as /about/. */
  pages(): Page[] {
    return [...this.#shelves.pages.values()].map(({ item }) => item);
  }

  /** A letter of content/letters, sent or not. */
  letter(name: string): WrittenLetter | undefined {
    return this.#shelves.letters.get(name)?.item;
  }

  letters(): WrittenLetter[] {
    return [...this.#shelves.letters.values()].map(({ item }) => item);
  }

  /** What a letter says: Markdown. */
  letterMarkdown({ name }: WrittenLetter): string {
    return this.#shelves.letters.get(name)?.body.toString('utf8') ?? '';
  }

  /** Every document in any state, for checks. */
  documents(): readonly Kept<Article | Author | Page | WrittenLetter>[] {
    const { articles, authors, pages, letters } = this.#shelves;
    return [...articles.values(), ...authors.values(), ...pages.values(), ...letters.values()];
  }

  /** The document in any state whose page has this address. */
  documentAt(address: string): Kept<Article | Author | Page> | undefined {
    const document = this.#shelves.at(address);
    return document?.item.path === address ? document : undefined;
  }

  /** Where an old address now is. */
  aliasTarget(address: string): string | undefined {
    this.#aliases ??= new Map(
      [...this.#shelves.articles.values()].flatMap(({ item }) =>
        item.aliases.map((alias) => [withSlash(alias), item.slug] as const),
      ),
    );
    const slug = this.#aliases.get(withSlash(address));
    return slug !== undefined && this.article(slug) ? articlePath(slug) : undefined;
  }

  /** The text, rendered and sanitized; relative addresses stay relative to the page. */
  html(item: Article | Author | Page): SafeHtml {
    return this.#texts.of(this.#shelves.at(item.path)).html;
  }

  /** The headings of the text, in order. */
  headings(item: Article | Page): readonly Heading[] {
    return this.#texts.of(this.#shelves.at(item.path)).headings;
  }

  /** The text as its writer wrote it: Markdown. */
  markdown(item: Article | Author | Page): string {
    return this.#shelves.at(item.path)?.body.toString('utf8') ?? '';
  }

  /** The folder in which the pictures of an article or author lie. */
  folderOf(address: string): string | undefined {
    const document = this.#shelves.at(address);
    return document && path.join(this.#shelves.folder.dir, path.dirname(document.file));
  }

  /** Follows the files until `close`; `tell` hears what changed on the pages. */
  watch(tell: (tags: readonly PageTag[]) => void): void {
    this.#tell = tell;
    this.#shelves.folder.watch(() => this.reload());
    this.reload(); // what was saved between the first reading and the watch
    this.#waitForNextPublication();
  }

  close(): void {
    this.#shelves.folder.close();
    clearTimeout(this.#due);
  }

  /** Looks at the folder now, and takes in what changed since the last look. */
  reload(): void {
    const tags = this.#shelves.reload();
    if (!tags) return;
    this.#newestFirst = undefined;
    this.#shown = undefined;
    this.#aliases = undefined;
    this.#waitForNextPublication();
    this.#tell(tags);
  }

  get #waiting(): Article[] {
    this.#newestFirst ??= [...this.#shelves.articles.values()]
      .map(({ item }) => item)
      .filter((article) => !article.draft)
      .sort((a, b) => compare(b.published, a.published) || compare(a.slug, b.slug));
    return this.#newestFirst;
  }

  get #visible(): Shown {
    const now = this.#clock.now();
    const isOver = this.#shown?.until !== undefined && this.#shown.until <= now.toISOString();
    if (!this.#shown || isOver) this.#shown = new Shown(this.#waiting, now, this.site.timeZone);
    return this.#shown;
  }

  /** A future date goes live by itself: the pages that will show it are told at that moment. */
  #waitForNextPublication(): void {
    clearTimeout(this.#due);
    const now = this.#clock.now();
    const waiting = this.#waiting.filter((article) => !isPublished(article, now));
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

/** What is known by name in its order, then what articles name besides; only what has an article. */
function counted(known: readonly Subject[], articles: ReadonlyMap<string, readonly Article[]>) {
  const order = new Set([...known.map(({ id }) => id), ...[...articles.keys()].sort()]);
  return [...order].flatMap((id) => {
    const count = articles.get(id)?.length;
    return count === undefined ? [] : [{ ...named(known, id), count }];
  });
}

/** Named after its id where site.yaml does not know it. */
function named(known: readonly Subject[], id: string): Subject {
  const plain = id.replaceAll('-', ' ');
  const made = { id, name: plain.charAt(0).toUpperCase() + plain.slice(1), dek: '' };
  return known.find((subject) => subject.id === id) ?? made;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0; // localeCompare takes fifty times as long, and these are ASCII
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}
