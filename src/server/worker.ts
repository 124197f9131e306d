import type { App } from '#core/app.ts';
import { checkDueComments } from '#core/comments/check-comment.ts';
import { forgetOldNetworks } from '#core/comments/forget-networks.ts';
import { forgetOldLetters } from '#core/comments/letters/comment-letters.ts';
import { gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { forgetOldNotices, gatherReplyLetters } from '#core/comments/letters/reply-notices.ts';
import { forgetOldFeedback, sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { forgetOldReports } from '#core/desk/policy-reports.ts';
import { deleteOldSessions } from '#core/desk/sessions.ts';
import { sendDueLetters } from '#core/editions/due-letters.ts';
import { keepTally } from '#core/editions/keep-tally.ts';
import { finishEditions } from '#core/editions/move-edition.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { putDaysTogether } from '#core/platform/day-count-rows.ts';
import { tidyUp } from '#core/platform/housekeeping.ts';
import { watchInstance } from '#core/platform/instance.ts';
import { forgetOldRuns } from '#core/platform/process-runs.ts';
import { keepReserve } from '#core/platform/reserve.ts';
import { forgetReaderNetworks } from '#core/subscribers/forget-networks.ts';
import { readBounceMailbox } from '#core/subscribers/read-bounce-mailbox.ts';
import { lookAround } from '#core/upkeep/daily-looks.ts';
import type { EditionWork } from './edition-work.ts';
import { repeat } from './repeat.ts';

/** The least pause between two looks for work. */
const LOOK_MS = SECOND / 2;

/**
 * Does what no request waits for: sends letters, asks the filter again, makes editions by schedule, tidies up.
 * Several may run, in several processes: each piece of work is taken by one.
 *
 * @param editions how the letters of editions are sent, and watched
 * @returns a function that stops it and resolves when what was under way has ended
 */
export function startWorker(app: App, editions: EditionWork): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const jobs = [
    repeat(app, signal, 'letters', LOOK_MS, () => app.sender.sendDue('single', signal)),
    repeat(app, signal, 'editions', LOOK_MS, () => editions.send(app, signal)),
    repeat(app, signal, 'comments', SECOND, () => checkDueComments(app)),
    repeat(app, signal, 'filter', 5 * SECOND, async () => void (await app.spam?.tend())),
    repeat(app, signal, 'corrections', SECOND, () => sendDueFeedback(app)),
    repeat(app, signal, 'held', SECOND, async () => void (await gatherModeratorLetter(app))),
    repeat(app, signal, 'replies', 2 * SECOND, async () => void (await gatherReplyLetters(app))),
    repeat(app, signal, 'schedule', 10 * SECOND, async () => {
      await makeDueEditions(app);
      await sendDueLetters(app);
    }),
    repeat(app, signal, 'endings', 2 * SECOND, async () => {
      await finishEditions(app);
      await keepTally(app);
    }),
    editions.watch(app, signal),
    repeat(app, signal, 'instance', MINUTE, async () => void (await watchInstance(app))),
    repeat(app, signal, 'day-counts', MINUTE, async () => void (await putDaysTogether(app.db))),
    repeat(app, signal, 'recovery', 30 * SECOND, async () => void (await app.sender.recover())),
    repeat(app, signal, 'bounces', 5 * MINUTE, () => readBounceMailbox(app, signal)),
    repeat(app, signal, 'looks', HOUR, async () => void (await lookAround(app, signal))),
    repeat(app, signal, 'networks', HOUR, () => forgetOldNetworks(app)),
    repeat(app, signal, 'reader-networks', HOUR, () => forgetReaderNetworks(app)),
    repeat(app, signal, 'tidying', HOUR, async () => {
      await tidyUp(app);
      await deleteOldSessions(app);
      await forgetOldFeedback(app);
      await forgetOldNotices(app);
      await forgetOldReports(app);
      await forgetOldRuns(app);
      forgetOldLetters(app);
      keepReserve(app);
      await app.pictures.kept.tidy(app.clock.now());
    }),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(jobs);
  };
}
