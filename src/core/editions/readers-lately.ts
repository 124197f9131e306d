import { DAY } from '../platform/clock.ts';
import { Remembered, type RememberedTimes } from '../platform/remembered.ts';
import type { audiences } from './variant-rows.ts';

const TIMES: RememberedTimes = { quickMs: 100, staleMs: DAY };

/**
 * What the readers of a digest chose and were told, by cadence: with very many that is a count of all subscribers, so that
 * pages which only look may have that of their last look. Whatever sends counts anew.
 */
export class ReadersLately {
  readonly least = new Remembered<number | undefined>(TIMES);
  readonly audiences = new Remembered<Awaited<ReturnType<typeof audiences>>>(TIMES);
}
