import { type Article, modifiedAt } from './article.ts';

type Groups<K> = ReadonlyMap<K, readonly Article[]>;

/** What readers can see between two publications; every list is newest first, and made when it is first asked for. */
export class Shown {
  readonly articles: readonly Article[];
  /** UTC text; from this moment on the next article belongs to it. */
  readonly until: string | undefined;
  readonly #timeZone: string;
  #byTopic: Groups<string> | undefined;
  #byAuthor: Groups<string> | undefined;
  #bySeries: Groups<string> | undefined;
  #byYear: Groups<number> | undefined;
  #ongoing: readonly Article[] | undefined;
  #modified: string | undefined;

  /** @param waiting articles that are no drafts, newest first */
  constructor(waiting: readonly Article[], now: Date, timeZone: string) {
    const time = now.toISOString();
    const first = waiting.findIndex((article) => article.published <= time);
    this.articles = first === -1 ? [] : waiting.slice(first);
    this.until = (first === -1 ? waiting.at(-1) : waiting[first - 1])?.published;
    this.#timeZone = timeZone;
  }

  get byTopic(): Groups<string> {
    this.#byTopic ??= grouped(this.articles, ({ topics }) => topics);
    return this.#byTopic;
  }

  get byAuthor(): Groups<string> {
    this.#byAuthor ??= grouped(this.articles, ({ author }) => [author]);
    return this.#byAuthor;
  }

  get bySeries(): Groups<string> {
    this.#bySeries ??= grouped(this.articles, ({ series }) => (series === undefined ? [] : [series]));
    return this.#bySeries;
  }

  /** In the site's time zone. */
  get byYear(): Groups<number> {
    if (this.#byYear) return this.#byYear;
    const year = new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: this.#timeZone });
    this.#byYear = grouped(this.articles, ({ published }) => [Number(year.format(new Date(published)))]);
    return this.#byYear;
  }

  /** The last changed first. */
  get ongoing(): readonly Article[] {
    this.#ongoing ??= this.articles
      .filter(({ status }) => status === 'ongoing')
      .sort((a, b) => modifiedAt(b).localeCompare(modifiedAt(a)));
    return this.#ongoing;
  }

  /** When anything last changed for a reader; undefined where nothing is published. */
  get modified(): string | undefined {
    this.#modified ??= this.articles.reduce<string | undefined>((latest, article) => {
      const at = modifiedAt(article);
      return latest === undefined || at > latest ? at : latest;
    }, undefined);
    return this.#modified;
  }
}

function grouped<K>(articles: readonly Article[], keysOf: (article: Article) => readonly K[]): Groups<K> {
  const groups = new Map<K, Article[]>();
  for (const article of articles) {
    for (const key of keysOf(article)) {
      const group = groups.get(key);
      if (!group) groups.set(key, [article]);
      else if (group.at(-1) !== article) group.push(article); // a topic named twice counts once
    }
  }
  return groups;
}
