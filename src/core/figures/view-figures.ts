import type { Library } from '../articles/library.ts';
import { mostRead, mostReadEver, type SlugViews, viewsByDay } from '../articles/view-day-rows.ts';
import type { Clock } from '../platform/clock.ts';
import { utcDay } from '../platform/clock.ts';
import { countedBefore, dayCounts } from '../platform/day-count-rows.ts';
import type { Db } from '../platform/db.ts';
import { addedUp, type Range, type Span, type Spans, spansOf } from './spans.ts';

/** Of one article half a year is shown day by day: on some of them everybody came at once. */
const MOST_DAYS = 26 * 7;
/** So many articles get a picture of their own. */
const MOST_ARTICLES = 6;

/** How often one article was read, in all and by span. */
export interface ArticleViews {
  slug: string;
  /** Its slug, where its file is gone. */
  title: string;
  views: number;
  bySpan: number[];
}

/** How often articles were read, all of them and those that were read most. */
export interface ViewFigures extends Spans {
  views: number[];
  articles: ArticleViews[];
  isEmpty: boolean;
}

interface FigureParts {
  db: Db;
  clock: Clock;
  library: Library;
}

export async function viewFigures({ db, clock, library }: FigureParts, range: Range): Promise<ViewFigures> {
  const today = utcDay(clock.now());
  const { first } = await countedBefore(db, 'views', today);
  const spans = spansOf(range, today, first);
  const since = (spans.spans[0] as Span).from;
  const [days, most] = await Promise.all([
    dayCounts(db, ['views'], since),
    range === 'all' ? mostReadEver(db, MOST_ARTICLES) : mostRead(db, since, MOST_ARTICLES),
  ]);
  const ofMost = await viewsByDay(
    db,
    most.map(({ slug }) => slug),
    since,
  );
  const articles = most.map(({ slug, views }: SlugViews) => ({
    slug,
    views,
    title: library.written(slug)?.title ?? slug,
    bySpan: addedUp(
      spans,
      ofMost.filter((one) => one.slug === slug).map(({ day, views: count }) => ({ day, count })),
    ),
  }));
  return { ...spans, views: addedUp(spans, days), articles, isEmpty: first === undefined };
}

/** The same of one article. */
export async function viewsOfArticle(
  { db, clock }: Pick<FigureParts, 'db' | 'clock'>,
  slug: string,
  range: Range,
): Promise<Spans & { views: number[]; isEmpty: boolean }> {
  const all = await viewsByDay(db, [slug], '');
  const spans = spansOf(range, utcDay(clock.now()), all[0]?.day, MOST_DAYS);
  const days = all.map(({ day, views: count }) => ({ day, count }));
  return { ...spans, views: addedUp(spans, days), isEmpty: all.length === 0 };
}
