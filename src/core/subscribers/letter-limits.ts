import { SECOND } from '../platform/clock.ts';
import type { Limits, Rate } from '../platform/limits.ts';

/**
 * Letters that strangers may cause, over the whole site: a thousand at once, then 1,200 an hour. Whoever did nothing
 * lately may use as much again, so that a flood does not lock readers out.
 */
const OVERALL: Rate = { burst: 1000, everyMs: 3 * SECOND };

/**
 * Counts a form by which anybody may have a letter sent to any address. It is counted before the address is looked
 * up, whether a letter comes of it or not: a refusal tells nothing of an address, and loses nothing, as it is said.
 *
 * @throws AppError `limited` (too many from one network, or from everywhere)
 */
export function takeLetterShare({ limits }: { limits: Limits }, network: string): void {
  limits.take('sign-up', network, undefined, [{ name: 'overall', rate: OVERALL }]);
}
