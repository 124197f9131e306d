import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#core/app.ts';
import { checkDueComments } from '#core/comments/check-comment.ts';
import { forgetOldNetworks } from '#core/comments/forget-networks.ts';
import { forgetOldLetters } from '#core/comments/letters/comment-letters.ts';
import { gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { forgetOldNotices, gatherReplyLetters } from '#core/comments/letters/reply-notices.ts';
import { forgetOldFeedback, sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { deleteOldSessions } from '#core/desk/sessions.ts';
import { sendDueLetters } from '#core/editions/due-letters.ts';
import { finishEditions } from '#core/editions/move-edition.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { watchEditions } from '#core/editions/watch-editions.ts';
import { HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { tidyUp } from '#core/platform/housekeeping.ts';
import { watchInstance } from '#core/platform/instance.ts';

/** The least pause between two looks for work; the longest after errors. */
const LOOK_MS = SECOND / 2;
const LONGEST_PAUSE_MS = MINUTE;

/**
 * Does what no request waits for: sends letters, asks the filter again, makes editions by schedule, tidies up.
 * Several may run, in several processes: each piece of work is taken by one.
 *
 * @returns a function that stops it and resolves when what was under way has ended
 */
export function startWorker(app: App): () => Promise<void> {
  const stopping = new AbortController();
  const jobs = [
    repeat(app, stopping.signal, 'letters', LOOK_MS, () => app.sender.sendDue()),
    repeat(app, stopping.signal, 'comments', SECOND, () => checkDueComments(app)),
    repeat(app, stopping.signal, 'filter', 5 * SECOND, async () => void (await app.spam?.tend())),
    repeat(app, stopping.signal, 'corrections', SECOND, () => sendDueFeedback(app)),
    repeat(app, stopping.signal, 'held', SECOND, async () => void (await gatherModeratorLetter(app))),
    repeat(app, stopping.signal, 'replies', 2 * SECOND, async () => void (await gatherReplyLetters(app))),
    repeat(app, stopping.signal, 'schedule', 10 * SECOND, async () => {
      await makeDueEditions(app);
      await sendDueLetters(app);
    }),
    repeat(app, stopping.signal, 'endings', 2 * SECOND, async () => void (await finishEditions(app))),
    repeat(app, stopping.signal, 'watch', 5 * SECOND, async () => void (await watchEditions(app))),
    repeat(app, stopping.signal, 'instance', MINUTE, async () => void (await watchInstance(app))),
    repeat(app, stopping.signal, 'recovery', 30 * SECOND, async () => void (await app.sender.recover())),
    repeat(app, stopping.signal, 'networks', HOUR, () => forgetOldNetworks(app)),
    repeat(app, stopping.signal, 'tidying', HOUR, async () => {
      await tidyUp(app);
      await deleteOldSessions(app);
      await forgetOldFeedback(app);
      await forgetOldNotices(app);
      forgetOldLetters(app);
      await app.pictures.kept.tidy(app.clock.now());
    }),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(jobs);
  };
}

/** Does a job again at once while it finds work, else after a pause; errors are logged and wait longer each time. */
async function repeat(
  app: App,
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
      app.log.error('worker.failed', { job: name, failures, error });
    }
    const pause = failures > 0 ? Math.min(LONGEST_PAUSE_MS, SECOND * 2 ** failures) : found > 0 ? 0 : pauseMs;
    if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => {});
  }
}
