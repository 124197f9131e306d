import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '#core/platform/clock.ts';
import type { Log } from '#core/platform/log.ts';

/** The longest pause after errors. */
const LONGEST_PAUSE_MS = MINUTE;

/**
 * Does a job again at once while it finds work, else after a pause, until the signal comes; errors are logged and wait
 * longer each time.
 */
export async function repeat(
  { log }: { log: Log },
  signal: AbortSignal,
  name: string,
  pauseMs: number,
  job: () => Promise<number | undefined>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let found = 0;
    try {
      found = (await job()) ?? 0;
      failures = 0;
    } catch (error) {
      failures++;
      log.error('worker.failed', { job: name, failures, error });
    }
    const pause = failures > 0 ? Math.min(LONGEST_PAUSE_MS, SECOND * 2 ** failures) : found > 0 ? 0 : pauseMs;
    if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => {});
  }
}
