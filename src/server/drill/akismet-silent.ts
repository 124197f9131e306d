import type { App } from '#core/app.ts';
import { checkDueComments } from '#core/comments/check-comment.ts';
import { commentOfReceipt } from '#core/comments/receipt.ts';
import { HOUR, SECOND } from '#core/platform/clock.ts';
import { commentOn, openArticle, receiptIn } from './comment-on.ts';
import type { Play } from './play.ts';
import type { OpenStage } from './scene.ts';
import { type AkismetStandIn, akismetStandIn } from './stand-ins.ts';
import type { Answer } from './visitor.ts';

/** Sooner than Akismet is given up by. A busy machine may take longer; the question to Akismet is still open then. */
const SOON_MS = 2 * SECOND;
const WORDS = [
  'We saw the same here on Monday morning.',
  'Does anybody know whether the update helps?',
] as const;

/** A reader comments twice while Akismet takes questions and answers none; then it answers again. */
export async function akismetSilent(play: Play, open: OpenStage): Promise<void> {
  const akismet = await akismetStandIn();
  const stage = await open({ akismet: { key: 'drill', url: akismet.url } }, () => akismet.close());
  const { app } = stage;
  const article = openArticle(app);
  play.did('A stand-in for Akismet took every question and answered none.');

  const reader = stage.visitor();
  const first = await commentOn(stage, reader, article, WORDS[0]);
  tellOf(play, 'The comment', first.sent, akismet);
  play.saw('readers', 'A reader commented, and was led to the receipt.', first.shown);
  await Promise.allSettled(app.background); // until the question has had its time
  const second = await commentOn(stage, reader, article, WORDS[1]);
  tellOf(play, 'A second comment, written after the filter was found silent,', second.sent, akismet);
  play.must('Akismet was asked about the comments.', akismet.asked > 0);

  const receipts = [receiptIn(first.sent), receiptIn(second.sent)];
  const waiting = await Promise.all(receipts.map((receipt) => commentOfReceipt(app, receipt)));
  const isSafe = waiting.every((one) => one?.state === 'unchecked' || one?.state === 'held');
  play.must('Nothing was published or called spam for want of an answer.', isSafe);
  const isListed = waiting.every((one) => one?.state === 'held' || Boolean(one?.check_at));
  play.must('Both are listed to be asked about later.', isListed);
  const writer = await stage.writer();
  const desk = await writer.get('/desk/comments/?state=unchecked');
  play.must(
    'The desk shows both among those that wait.',
    WORDS.every((words) => desk.html.includes(words)),
  );
  play.saw('writer', 'The writer looked at what waits for the filter.', desk);

  await answerAgain(play, stage, akismet, receipts);
}

function tellOf(
  play: Play,
  what: string,
  { status, location, took }: Answer,
  { open }: AkismetStandIn,
): void {
  play.must(`${what} was taken.`, status === 303 && location.startsWith('/comments/'));
  play.must(`${what} was answered without waiting for Akismet.`, open > 0 || took <= SOON_MS);
}

async function answerAgain(
  play: Play,
  { app, clock }: { app: App; clock: { advance(ms: number): void } },
  akismet: AkismetStandIn,
  receipts: readonly string[],
): Promise<void> {
  akismet.isAnswering = true;
  play.did('An hour later it answered again.');
  clock.advance(HOUR);
  await app.spam?.tend();
  await checkDueComments(app);
  const settled = await Promise.all(receipts.map((receipt) => commentOfReceipt(app, receipt)));
  const isAsked = settled.every((one) => one?.verdict === 'ham' && one.state !== 'unchecked');
  play.must('Then both were asked about, and settled, by themselves.', isAsked);
  play.must(
    'Not a word of them was lost.',
    settled.every((one, n) => one?.body === WORDS[n]),
  );
}
