import { DAY } from '../platform/clock.ts';
import { Remembered, type RememberedTimes } from '../platform/remembered.ts';
import type { audiences } from './variant-rows.ts';

const TIMES: RememberedTimes = { quickMs: 80, restShare: 200, staleMs: DAY };

/**
 * To whom a digest, alert or letter would go: with very many that is a count of all subscribers, so that pages which only
 * look may have that of their last look. Whatever sends counts anew.
 */
export class ReadersLately {
  /** Up to which story the reader of a cadence has been told who was told least. */
  readonly least = new Remembered<number | undefined>(TIMES);
  /** Of an alert or letter. */
  readonly readers = new Remembered<number>(TIMES);
  readonly audiences = new Remembered<Awaited<ReturnType<typeof audiences>>>(TIMES);
}
