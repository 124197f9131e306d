import type { App } from '#core/app.ts';
import { watchEditions } from '#core/editions/watch-editions.ts';
import { SECOND } from '#core/platform/clock.ts';
import type { Parts } from '#core/platform/parts.ts';
import { repeat } from './repeat.ts';

/**
 * The letters of editions. Whoever sends them watches how they are received: the watch counts up to a million rows,
 * which holds up all else in its thread; and where nothing is sent, there is nothing to pause.
 */
export interface EditionWork {
  /** Sends what is due; how many letters were settled, undefined where others settle them. */
  send(app: App, signal: AbortSignal): Promise<number | undefined>;
  /** Until the signal comes. */
  watch(app: App, signal: AbortSignal): Promise<void>;
}

/** All of it in this thread. */
export const editionsHere: EditionWork = {
  send: ({ sender }, signal) => sender.sendDue('editions', signal),
  watch: keepWatch,
};

/** Pauses editions of which too much comes back, until the signal comes. */
export function keepWatch(
  parts: Pick<Parts, 'db' | 'clock' | 'log' | 'secret'>,
  signal: AbortSignal,
): Promise<void> {
  return repeat(parts, signal, 'watch', 5 * SECOND, async () => void (await watchEditions(parts)));
}
