import type { Clock } from '../platform/clock.ts';
import { utcDay } from '../platform/clock.ts';
import { countedBefore, dayCounts } from '../platform/day-count-rows.ts';
import type { Db } from '../platform/db.ts';
import { addedUp, type Range, type Span, type Spans, spansOf } from './spans.ts';

/** How many readers there were, and how many came and went in each span. */
export interface ReaderFigures extends Spans {
  /** Now, and before the first span began. */
  now: number;
  before: number;
  /** By span; `readers` at its end. */
  joined: number[];
  left: number[];
  readers: number[];
  /** Whether there ever was one. */
  isEmpty: boolean;
}

export async function readerFigures(
  { db, clock }: { db: Db; clock: Clock },
  range: Range,
): Promise<ReaderFigures> {
  const today = utcDay(clock.now());
  const { first } = await countedBefore(db, 'joined', today);
  const spans = spansOf(range, today, first);
  const since = (spans.spans[0] as Span).from;
  const [days, joinedBefore, leftBefore] = await Promise.all([
    dayCounts(db, ['joined', 'left'], since),
    countedBefore(db, 'joined', since),
    countedBefore(db, 'left', since),
  ]);
  const sumsOf = (kind: 'joined' | 'left') =>
    addedUp(
      spans,
      days.filter((one) => one.kind === kind),
    );
  const [joined, left] = [sumsOf('joined'), sumsOf('left')];
  const before = joinedBefore.count - leftBefore.count;
  let now = before;
  const readers = joined.map((count, place) => {
    now += count - (left[place] ?? 0);
    return now;
  });
  return { ...spans, now, before, joined, left, readers, isEmpty: first === undefined };
}
