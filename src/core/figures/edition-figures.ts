import { type EditionLetters, newestEditionLetters } from '../editions/letter-count-rows.ts';
import type { Clock } from '../platform/clock.ts';
import { utcDay } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { daysAfter, RANGE_DAYS, type Range } from './spans.ts';

/** So many editions have room in a picture. */
export const MOST_EDITIONS = 60;

/** An edition that is over, and what became of its letters. */
export interface EndedEdition extends EditionLetters {
  sent: number;
}

export interface EditionFigures {
  /** The oldest first. */
  ended: EndedEdition[];
  /** Those that have started and are not over: what becomes of their letters shows later. */
  running: EditionLetters[];
  /** Whether there may be more in the range than have room. */
  isCut: boolean;
}

export async function editionFigures(
  { db, clock }: { db: Db; clock: Clock },
  range: Range,
): Promise<EditionFigures> {
  const since = range === 'all' ? '' : daysAfter(utcDay(clock.now()), 1 - RANGE_DAYS[range]);
  const editions = await newestEditionLetters(db, since, MOST_EDITIONS);
  const isOver = ({ state }: EditionLetters) => state === 'sent' || state === 'cancelled';
  return {
    ended: editions.filter(isOver).map((edition) => ({ ...edition, sent: sentOf(edition) })),
    running: editions.filter((edition) => !isOver(edition)),
    isCut: editions.length === MOST_EDITIONS,
  };
}

/** Of an edition that is over every letter is settled: what is not counted as something else was sent. */
function sentOf({ letters, bounced, skipped, uncertain }: EditionLetters): number {
  return letters - bounced - skipped - uncertain;
}
