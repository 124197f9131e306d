import type { Article } from '../articles/article.ts';
import type { Library } from '../articles/library.ts';
import type { ViewCounts } from '../articles/view-rows.ts';
import { viewsNow } from '../articles/views.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { publishedCounts } from './discussion-rows.ts';

/** What the writer sees of each article: how often it was read (UTC days, as far as saved) and answered. */
export interface ArticleFigures extends ViewCounts {
  article: Article;
  comments: number;
}

export const FIGURE_ORDERS = ['published', 'title', 'comments', 'today', 'week', 'month', 'all'] as const;
export type FigureOrder = (typeof FIGURE_ORDERS)[number];

const NO_VIEWS: ViewCounts = { today: 0, week: 0, month: 0, all: 0 };

/** Every published article: by title, or by what is newest or most; of equals the newer first. */
export async function articleFigures(
  { db, library, clock }: { db: Db; library: Library; clock: Clock },
  order: FigureOrder,
): Promise<ArticleFigures[]> {
  const [views, comments] = await Promise.all([viewsNow(db, clock), publishedCounts({ db })]);
  const figures = library.articles().map((article) => ({
    article,
    comments: comments.get(article.slug) ?? 0,
    ...(views.get(article.slug) ?? NO_VIEWS),
  }));
  if (order === 'published') return figures;
  if (order !== 'title') return figures.sort((a, b) => b[order] - a[order]);
  const { compare } = new Intl.Collator(library.site.language);
  return figures.sort((a, b) => compare(a.article.title, b.article.title));
}
