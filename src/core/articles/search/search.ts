import { type Clock, DAY } from '../../platform/clock.ts';
import type { SafeHtml } from '../../platform/safe-html.ts';
import type { Article } from '../article.ts';
import type { Library } from '../library.ts';
import type { LibraryIndex } from './library-index.ts';
import { SearchMarks } from './marks.ts';
import { nearestWord } from './nearest-word.ts';
import { expressionOf, readQuery, type SearchQuery } from './query.ts';
import type { SearchIndex } from './search-index.ts';

/** An article that was found; what was looked for is marked in both. */
export interface Hit {
  article: Article;
  title: SafeHtml;
  excerpt: SafeHtml;
}

export interface SearchResults {
  query: SearchQuery;
  /** Of the page asked for, best first. */
  hits: Hit[];
  /** On all pages; `isMore` where others match that are not shown. */
  count: number;
  isMore: boolean;
  /** From 1. */
  page: number;
  pages: number;
  /** Articles are still waiting to be indexed. */
  isPartial: boolean;
  /** What may have been meant, and would be found, where nothing was. */
  suggestion: string | undefined;
}

interface Parts {
  library: Library;
  index: LibraryIndex;
  clock: Clock;
}

const PAGE_LENGTH = 10;
/**
 * So many of the newest that match are compared, and as many of the newest that match in title, dek or subjects:
 * comparing all 10,000 that hold the commonest word takes ten times as long.
 */
const COMPARED = 500;
const HEADS = '{title dek subjects}';
/** More of the commonest words hardly ever stand in one head, and looking takes as long again. */
const HEAD_TERMS_MAX = 3;
/** So much better than a very old one fits an article of today, and half as much one of a year ago. */
const NEWNESS = 0.2;

/**
 * Looks for articles by what a person typed.
 *
 * @returns undefined while there is no index that answers: the site goes on without
 */
export function search(parts: Parts, typed: string, page = 1): SearchResults | undefined {
  const query = readQuery(typed);
  return parts.index.ask((index) => {
    const found = query.terms.length > 0 ? best(parts, index, query) : [];
    const listed = found.slice(0, COMPARED);
    const isNothing = found.length === 0 && query.terms.length > 0;
    return {
      query,
      hits: hitsOf(index, query, listed.slice((page - 1) * PAGE_LENGTH, page * PAGE_LENGTH)),
      count: listed.length,
      isMore: found.length > listed.length,
      page,
      pages: Math.max(1, Math.ceil(listed.length / PAGE_LENGTH)),
      isPartial: index.size < parts.library.articles().length,
      suggestion: isNothing ? suggestionFor(parts, index, query) : undefined,
    };
  });
}

function hitsOf(index: SearchIndex, query: SearchQuery, articles: readonly Article[]): Hit[] {
  const marks = new SearchMarks(query.terms);
  return articles.map((article) => ({
    article,
    title: marks.in(article.title),
    excerpt: marks.excerpt(index.shownOf(article.slug)),
  }));
}

/** Those that match, best first; drafts and what has gone since it was indexed are left out. */
function best({ library, clock }: Parts, index: SearchIndex, query: SearchQuery): Article[] {
  const expression = expressionOf(query);
  const newest = index.newest(expression, COMPARED + 1);
  const isCommon = newest.length > COMPARED && query.terms.length <= HEAD_TERMS_MAX;
  const inHeads = isCommon ? index.newest(`${HEADS} : (${expression})`, COMPARED) : [];
  const now = clock.now().getTime();
  const found = new Map<Article, number>();
  for (const { slug, rank } of [...newest, ...inHeads]) {
    const article = library.article(slug);
    if (!article) continue;
    const years = (now - Date.parse(article.published)) / (365 * DAY);
    found.set(article, Math.min(found.get(article) ?? 0, rank * (1 + NEWNESS / (1 + years))));
  }
  return [...found].sort(([, a], [, b]) => a - b).map(([article]) => article);
}

/** The same with each word that stands nowhere exchanged for the nearest that does. */
function suggestionFor(parts: Parts, index: SearchIndex, query: SearchQuery): string | undefined {
  let { typed } = query;
  for (const word of query.terms.flatMap(({ words }) => words)) {
    if (index.newest(`"${word}"*`, 1).length > 0) continue;
    const nearest = nearestWord(parts.library, word);
    if (nearest !== undefined) typed = typed.replace(word, nearest);
  }
  if (typed === query.typed || query.isCut) return undefined;
  return best(parts, index, readQuery(typed)).length > 0 ? typed : undefined;
}
