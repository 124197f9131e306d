import { hash } from 'node:crypto';
import type { Article } from '../article.ts';
import { defanged } from '../indicators.ts';
import type { Library } from '../library.ts';
import { visibleTexts } from '../markdown.ts';
import type { IndexedArticle } from './search-index.ts';
import { spaced } from './words.ts';

/** Changes whenever anything of an article changes that is indexed or shown in results. */
export function stampOf(library: Library, article: Article): string {
  const { title, dek, published } = article;
  const parts = [title, dek, published, subjectsOf(library, article), ...factsOf(article)];
  return hash('sha256', JSON.stringify(parts) + library.markdown(article), 'base64url');
}

/** An article and the stamp that it has now. */
export interface Stamped {
  article: Article;
  stamp: string;
}

/** Articles as the index takes them: the words that readers see, wherever on their pages. */
export function indexedArticles(library: Library, stamped: readonly Stamped[]): IndexedArticle[] {
  const texts = visibleTexts(stamped.map(({ article }) => library.markdown(article)));
  return stamped.map(({ article, stamp }, index) => ({
    stamp,
    ...indexed(library, article, texts[index] ?? ''),
  }));
}

function indexed(library: Library, article: Article, visible: string): Omit<IndexedArticle, 'stamp'> {
  const { slug, title, dek, published } = article;
  const text = [visible, ...factsOf(article)].join('\n');
  return {
    slug,
    published: new Date(published),
    title: spaced(title),
    dek: spaced(dek),
    subjects: spaced(subjectsOf(library, article)),
    body: spaced(text),
    shown: `${dek} ${text}`.replace(/\s+/g, ' ').trim().normalize('NFC'),
  };
}

/** Topics and series by id and name, and who wrote it. */
function subjectsOf(library: Library, { topics, series, author }: Article): string {
  const subjects = topics.map((id) => library.topic(id));
  if (series !== undefined) subjects.push(library.seriesNamed(series));
  return [...subjects.flatMap(({ id, name }) => [id, name]), library.author(author).name].join('\n');
}

/** What stands beside the text. */
function factsOf({ affected, actions, updates, corrections, indicators, image }: Article): string[] {
  const notes = [...updates, ...corrections].map(({ text }) => text);
  return [...affected, ...actions, ...notes, ...indicators.map(defanged), image?.caption ?? ''];
}
