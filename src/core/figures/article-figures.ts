import { type Article, isPublished } from '../articles/article.ts';
import type { Library } from '../articles/library.ts';
import type { ViewCounts } from '../articles/view-rows.ts';
import { viewsNow } from '../articles/views.ts';
import { publishedCounts } from '../comments/discussion-rows.ts';
import { lettersByStory } from '../editions/letter-count-rows.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';

/** What the writer sees of each article: how often it was read (UTC days, as far as saved), answered, and sent. */
export interface ArticleFigures extends ViewCounts {
  article: Article;
  comments: number;
  letters: number;
}

export const FIGURE_ORDERS = [
  'published',
  'title',
  'comments',
  'letters',
  'today',
  'week',
  'month',
  'all',
] as const;
export type FigureOrder = (typeof FIGURE_ORDERS)[number];

/** Where an article stands: readers see it, will at its time, or do not. */
export const SHELVES = ['published', 'scheduled', 'drafts'] as const;
export type Shelf = (typeof SHELVES)[number];

const NO_VIEWS: ViewCounts = { today: 0, week: 0, month: 0, all: 0 };

/** Articles by where they stand, with all of some words in their titles; the newest first. */
export function articlesByShelf(
  { library, clock }: { library: Library; clock: Clock },
  words: string,
): Record<Shelf, Article[]> {
  const now = clock.now();
  const asked = words
    .toLocaleLowerCase(library.site.language)
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = ({ title }: Article) => {
    const searched = title.toLocaleLowerCase(library.site.language);
    return asked.every((word) => searched.includes(word));
  };
  const unseen = library.unseen(now).filter(fits);
  return {
    published: library.articles().filter(fits),
    scheduled: unseen.filter(({ draft }) => !draft),
    drafts: unseen.filter(({ draft }) => draft),
  };
}

/** Published articles with their figures: by title, or by what is newest or most; of equals the one given first. */
export async function articleFigures(
  { db, library, clock }: { db: Db; library: Library; clock: Clock },
  articles: readonly Article[],
  order: FigureOrder,
): Promise<ArticleFigures[]> {
  const [views, comments, letters] = await Promise.all([
    viewsNow(db, clock),
    publishedCounts({ db }),
    lettersByStory(db),
  ]);
  const figures = articles.map((article) => ({
    article,
    comments: comments.get(article.slug) ?? 0,
    letters: letters.get(article.slug) ?? 0,
    ...(views.get(article.slug) ?? NO_VIEWS),
  }));
  if (order === 'published') return figures;
  if (order !== 'title') return figures.sort((a, b) => b[order] - a[order]);
  const { compare } = new Intl.Collator(library.site.language);
  return figures.sort((a, b) => compare(a.article.title, b.article.title));
}

/** The same of one article, and whether readers see it. */
export async function figuresOfArticle(
  parts: { db: Db; library: Library; clock: Clock },
  article: Article,
): Promise<ArticleFigures & { isPublished: boolean }> {
  const [figures] = (await articleFigures(parts, [article], 'published')) as [ArticleFigures];
  return { ...figures, isPublished: isPublished(article, parts.clock.now()) };
}
