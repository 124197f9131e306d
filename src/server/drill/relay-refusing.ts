import type { App } from '#core/app.ts';
import { deliveriesOf, editionBooks } from '#core/editions/deliveries.ts';
import { type Made, makeEdition } from '#core/editions/make-edition.ts';
import { finishEditions } from '#core/editions/move-edition.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { HOUR } from '#core/platform/clock.ts';
import { addByHand } from '#core/subscribers/by-hand.ts';
import { NotPlayed, type Play } from './play.ts';
import type { OpenStage } from './scene.ts';
import type { Stage } from './stage.ts';
import { type RelayStandIn, relayStandIn } from './stand-ins.ts';

const READERS = Array.from({ length: 5 }, (_, n) => `reader-${n + 1}@drill-${(n % 2) + 1}.invalid`);
const NO_MAILBOX = 'gone@drill-1.invalid';
const NEWCOMER = 'newcomer@drill-2.invalid';
const ALL = READERS.length + 1;
/** What is put off is tried again hourly at the latest. */
const MOST_HOURS = 12;

/** A sign-up and an edition while nobody is at the relay's port, then while it says "not now"; then it takes letters. */
export async function relayRefusing(play: Play, open: OpenStage): Promise<void> {
  const relay = await relayStandIn(NO_MAILBOX);
  const stage = await open({ smtpUrl: relay.url }, () => relay.close());
  const { app } = stage;
  for (const email of [...READERS, NO_MAILBOX]) await addReader(app, email);
  play.did(
    `Nobody was at the relay’s port. A digest was begun to ${ALL} made-up readers, and somebody signed up.`,
  );
  const { shown } = await stage.visitor().send('/newsletter/', { email: NEWCOMER, cadence: 'weekly' });
  play.must('Whoever signs up is told to look into their mail, and sees no error.', shown.status === 200);
  play.saw('readers', 'A newcomer signed up.', shown);
  const edition = await begunEdition(stage);
  await sendAll(app);
  await mustWait(play, app, edition, relay, 'While nobody was there');

  await relay.become('not-now');
  play.did('Then the relay was there, and answered “451 not now” to every recipient.');
  stage.clock.advance(HOUR);
  await sendAll(app);
  await mustWait(play, app, edition, relay, 'While it said “not now”');
  const replies = (await Array.fromAsync(deliveriesOf(app.db, edition))).map(({ reply }) => reply ?? '');
  play.must(
    'What the relay said is written down.',
    replies.some((reply) => reply.startsWith('451')),
  );
  const writer = await stage.writer();
  play.saw(
    'writer',
    'The writer looked at the books of the edition.',
    await writer.get(`/desk/editions/${edition}/`),
  );

  await relay.become('taking');
  play.did('Then it took every letter, but for one whose mailbox is gone for good (550).');
  for (let hours = 0; hours < MOST_HOURS && (await isUnsettled(app)); hours++) {
    stage.clock.advance(HOUR);
    await sendAll(app);
  }
  await finishEditions(app);
  await mustHaveGone(play, app, edition, relay);
  play.saw('writer', 'The writer looked again.', await writer.get(`/desk/editions/${edition}/`));
}

async function addReader(app: App, email: string): Promise<void> {
  const choices = { cadence: 'weekly', topics: [], alerts: 0 } as const;
  await addByHand(app, { email, choices: { ...choices, topics: [] }, evidence: 'made up for a drill' });
}

async function begunEdition({ app }: Pick<Stage, 'app'>): Promise<string> {
  const made: Made = await makeEdition(app, 'weekly', app.clock.now(), { evenSo: true });
  if (made.state === 'made') return made.edition.id;
  const why =
    made.state === 'stopped'
      ? made.stops.map(({ message }) => message).join(' ')
      : 'No article is published.';
  throw new NotPlayed(`No edition could be made of the site’s content. ${why}`);
}

async function sendAll(app: App): Promise<void> {
  await app.sender.recover();
  for (const which of ['single', 'editions'] as const) while ((await app.sender.sendDue(which)) > 0);
}

async function isUnsettled(app: App): Promise<boolean> {
  const { queued = 0, deferred = 0, claimed = 0 } = await deliveryCounts(app.db);
  return queued + deferred + claimed > 0;
}

async function mustWait(
  play: Play,
  app: App,
  edition: string,
  relay: RelayStandIn,
  when: string,
): Promise<void> {
  const { counts, total } = await editionBooks(app.db, edition);
  const { queued = 0, deferred = 0 } = counts;
  const all = await deliveryCounts(app.db);
  play.must(
    `${when}, each of the ${ALL} letters of the edition waited.`,
    queued + deferred === ALL && total === ALL,
  );
  const waiting = (all.queued ?? 0) + (all.deferred ?? 0);
  play.must(`${when}, the letter to the newcomer waited too.`, waiting === ALL + 1);
  play.must(`${when}, nothing was marked as sent.`, !all.sent && relay.taken.length === 0);
}

async function mustHaveGone(play: Play, app: App, edition: string, relay: RelayStandIn): Promise<void> {
  const { counts, total, edition: ended } = await editionBooks(app.db, edition);
  const times = new Map(
    [...READERS, NEWCOMER].map((to) => [to, relay.taken.filter((one) => one === to).length]),
  );
  play.must(
    'Then every letter went out by itself, exactly once.',
    [...times.values()].every((count) => count === 1) && relay.taken.length === times.size,
  );
  play.must('Only what the relay refused for good is marked as refused.', counts.bounced === 1);
  const { sent = 0, bounced = 0 } = counts;
  play.must(
    `The books sum to ${ALL}: ${sent} sent, ${bounced} refused.`,
    sent + bounced === ALL && total === ALL,
  );
  play.must('The edition is over.', ended.state === 'sent');
}
