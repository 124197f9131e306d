import type { Clock } from '../platform/clock.ts';
import { utcDay } from '../platform/clock.ts';
import { countedBefore, dayCounts } from '../platform/day-count-rows.ts';
import type { Db } from '../platform/db.ts';
import { addedUp, type Range, type Span, type Spans, spansOf } from './spans.ts';

/** What readers wrote, by when they wrote it, and how much of it is taken for spam now, or was when it was thrown away. */
export interface CommentFigures extends Spans {
  written: number[];
  spam: number[];
  isEmpty: boolean;
}

export async function commentFigures(
  { db, clock }: { db: Db; clock: Clock },
  range: Range,
): Promise<CommentFigures> {
  const today = utcDay(clock.now());
  const { first } = await countedBefore(db, 'comments', today);
  const spans = spansOf(range, today, first, 0);
  const days = await dayCounts(db, ['comments', 'spam'], (spans.spans[0] as Span).from);
  const sumsOf = (kind: 'comments' | 'spam') =>
    addedUp(
      spans,
      days.filter((one) => one.kind === kind),
    );
  return { ...spans, written: sumsOf('comments'), spam: sumsOf('spam'), isEmpty: first === undefined };
}
