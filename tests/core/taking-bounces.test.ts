import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { editionTroubles } from '#core/mail/bounces/returned-rows.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { verpAddress } from '#core/mail/verp.ts';
import { DAY } from '#core/platform/clock.ts';
import { takeSmtpBounce } from '#core/subscribers/take-bounce.ts';
import { takeMessage } from '#core/subscribers/take-message.ts';
import { block, feedbackReport, message, statusReport } from '../support/bounce-messages.ts';
import { addDelivery, addSubscribers, NOW } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const EDITION = '2026-11-24-weekly';

/** Ann and Bob read the newsletter; an edition has gone out to both. */
async function sentEdition(t: TestContext): Promise<TestApp> {
  const app = await openTestApp(t, { now: NOW });
  await addSubscribers(app.db, ['ann', 'bob']);
  await sendEdition(app, EDITION);
  return app;
}

async function sendEdition(app: TestApp, id: string): Promise<void> {
  const given = {
    kind: 'digest',
    cadence: 'weekly',
    state: 'sent',
    title: id,
    contents: '{}',
    reason: '',
  } as const;
  await app.db
    .insertInto('edition')
    .values({ id, ...given, since: NOW, until: NOW, created_at: NOW, last_story: 0 })
    .execute();
  for (const reader of ['ann', 'bob'])
    await addDelivery(app.db, reader, {
      kind: 'digest',
      edition_id: id,
      state: 'sent',
      sent_at: NOW,
      message_id: `${id}.${reader}@watchpost.test`,
    });
}

async function deliveryId(app: TestApp, reader: string, edition = EDITION): Promise<number> {
  const { id } = await app.db
    .selectFrom('delivery')
    .select('id')
    .where('subscriber_id', '=', reader)
    .where('edition_id', '=', edition)
    .executeTakeFirstOrThrow();
  return id;
}

async function verpOf(app: TestApp, reader: string, edition?: string): Promise<string> {
  return verpAddress(app, 'news.test', await deliveryId(app, reader, edition));
}

/** Subscribers by state, what is suppressed, and the rows of the edition by state. */
async function books(app: TestApp) {
  const subscribers = await app.db.selectFrom('subscriber').select(['id', 'state']).orderBy('id').execute();
  const suppressed = await app.db.selectFrom('suppression').select('reason').execute();
  return {
    readers: Object.fromEntries(subscribers.map(({ id, state }) => [id, state])),
    suppressed: suppressed.map(({ reason }) => reason),
    rows: await deliveryCounts(app.db, EDITION),
  };
}

const UNTOUCHED = { readers: { ann: 'confirmed', bob: 'confirmed' }, suppressed: [], rows: { sent: 2 } };

function hard(address: string): string {
  const words = `smtp; 550 5.1.1 <${address}>: User unknown`;
  return block({ 'Final-Recipient': `rfc822; ${address}`, Status: '5.1.1', 'Diagnostic-Code': words });
}

function soft(address: string): string {
  return block({
    'Final-Recipient': `rfc822; ${address}`,
    Status: '5.2.2',
    'Diagnostic-Code': 'smtp; 552 5.2.2 full',
  });
}

/** Two messages are two by what they say, as in life by their Message-ID. */
let count = 0;
const words = () => `Report ${++count}`;

async function take(app: TestApp, bytes: Buffer, recipients: string[] = [], options = {}) {
  return (await takeMessage(app, bytes, recipients, options)).taken;
}

test('a dead address is suppressed, named by the return address; the row says why', async (t) => {
  const app = await sentEdition(t);
  const bytes = statusReport([hard('ann@example.org')], { to: await verpOf(app, 'ann') });
  assert.deepEqual(await take(app, bytes), [{ state: 'suppressed', why: 'hard' }]);
  assert.deepEqual(await books(app), {
    readers: { ann: 'unsubscribed', bob: 'confirmed' },
    suppressed: ['bounced'],
    rows: { sent: 1, bounced: 1 },
  });
  const row = await app.db.selectFrom('bounce').selectAll().executeTakeFirstOrThrow();
  assert.equal(row.kind, 'hard');
  assert.equal(row.edition_id, EDITION);
  assert.equal(row.reason, '550 5.1.1 …: User unknown');
  assert.ok(!JSON.stringify(app.lines).includes('@'), 'the log names nobody');
});

test('the letter is also known by the envelope, by the letter that came back, and by its Message-ID', async (t) => {
  const app = await sentEdition(t);
  const verp = await verpOf(app, 'ann');
  const report = (original: string[]) =>
    statusReport([soft('ann@example.org')], { original, words: words() });
  assert.equal((await take(app, report([]), [verp]))[0]?.state, 'counted');
  assert.equal((await take(app, report([`Return-Path: <${verp}>`])))[0]?.state, 'counted');
  assert.equal(
    (await take(app, report([`Message-ID: <${EDITION}.ann@watchpost.test>`])))[0]?.state,
    'counted',
  );
});

test("a stranger's report on an address, or with a return address made up, changes nothing", async (t) => {
  const app = await sentEdition(t);
  const id = await deliveryId(app, 'ann');
  const original = ['To: ann@example.org', `Message-ID: <${EDITION}.somebody@watchpost.test>`];
  for (const to of [
    'bounces@news.test',
    `bounces+${id}@news.test`,
    `bounces+${id}.0123456789@news.test`,
    `bounces+${id}.@news.test`,
  ]) {
    const forgeries = [
      statusReport([hard('ann@example.org')], { to, original, words: words() }),
      feedbackReport('abuse', ['Original-Rcpt-To: <ann@example.org>'], { to, original }),
      message({ From: 'ann@example.org', To: to, Subject: 'unsubscribe' }, words()),
    ];
    for (const bytes of forgeries) assert.deepEqual(await take(app, bytes), [{ state: 'unproven' }], to);
  }
  assert.deepEqual(await books(app), UNTOUCHED);
});

test("one reader's own return address ends nobody else's subscription", async (t) => {
  const app = await sentEdition(t);
  const bytes = statusReport([hard('bob@example.org')], { to: await verpOf(app, 'ann') });
  await take(app, bytes);
  assert.equal((await books(app)).readers.bob, 'confirmed');
});

test('where an address stands for several people, one of them leaving is not its end', async (t) => {
  const app = await sentEdition(t);
  const bytes = statusReport([hard('one@elsewhere.example'), soft('two@elsewhere.example')], {
    to: await verpOf(app, 'ann'),
  });
  assert.deepEqual(await take(app, bytes), [{ state: 'counted', times: 1 }]);
});

test('five soft bounces within fourteen days suppress, and five over a longer time do not', async (t) => {
  const app = await sentEdition(t);
  const taken = async (days: number) => {
    app.clock.advance(days * DAY);
    const to = await verpOf(app, 'ann');
    return (await take(app, statusReport([soft('ann@example.org')], { to, words: words() })))[0];
  };
  for (const days of [0, 7, 7, 7, 7, 7]) assert.notEqual((await taken(days))?.state, 'suppressed');
  assert.deepEqual(await taken(0), { state: 'counted', times: 3 });
  assert.deepEqual(await taken(0), { state: 'counted', times: 4 });
  assert.equal((await books(app)).readers.ann, 'confirmed');
  assert.deepEqual(await taken(0), { state: 'suppressed', why: 'soft-too-often' });
  assert.deepEqual((await books(app)).suppressed, ['bounced']);
});

test('a message that comes twice, by another way and with other line ends, counts once', async (t) => {
  const app = await sentEdition(t);
  const bytes = statusReport([soft('ann@example.org')], { to: await verpOf(app, 'ann') });
  assert.deepEqual(await take(app, bytes), [{ state: 'counted', times: 1 }]);
  const again = Buffer.from(`Received: from elsewhere\n${bytes.toString().replace(/\r\n/g, '\n')}`);
  assert.deepEqual(await take(app, again), [{ state: 'taken-before' }]);
});

test('a complaint suppresses, and who asks to leave may come back', async (t) => {
  const app = await sentEdition(t);
  const original = [`Message-ID: <${EDITION}.ann@watchpost.test>`];
  const complaint = feedbackReport('abuse', [], { original });
  assert.deepEqual(await take(app, complaint), [{ state: 'suppressed', why: 'complaint' }]);
  const asking = message(
    { From: 'bob@elsewhere.example', To: await verpOf(app, 'bob'), Subject: 'unsubscribe' },
    '',
  );
  assert.deepEqual(await take(app, asking), [{ state: 'unsubscribed' }]);
  assert.deepEqual(await books(app), {
    readers: { ann: 'unsubscribed', bob: 'unsubscribed' },
    suppressed: ['complaint'],
    rows: { sent: 2 },
  });
  assert.deepEqual(await editionTroubles(app.db, EDITION), { sent: 2, bounced: 0, complaints: 1 });
  const evidence = await app.db
    .selectFrom('subscriber_event')
    .select(['subscriber_id', 'kind', 'detail'])
    .execute();
  assert.deepEqual(evidence, [
    { subscriber_id: 'ann', kind: 'suppressed', detail: 'complaint' },
    { subscriber_id: 'bob', kind: 'unsubscribed', detail: 'opt-out' },
  ]);
});

test('who answers a letter in order to leave is known by the letter', async (t) => {
  const app = await sentEdition(t);
  const reply = { From: 'ann@example.org', To: 'news@news.test', Subject: 'Unsubscribe' };
  const bytes = message({ ...reply, 'In-Reply-To': `<${EDITION}.ann@watchpost.test>` }, '');
  assert.deepEqual(await take(app, bytes), [{ state: 'unsubscribed' }]);
});

test('late, delivered, absent, authenticated: nothing changes', async (t) => {
  const app = await sentEdition(t);
  const to = await verpOf(app, 'ann');
  const late = block({ 'Final-Recipient': 'rfc822; ann@example.org', Action: 'delayed', Status: '4.4.7' });
  const delivered = block({
    'Final-Recipient': 'rfc822; ann@example.org',
    Action: 'delivered',
    Status: '2.0.0',
  });
  for (const bytes of [
    statusReport([late], { to }),
    statusReport([delivered], { to }),
    message({ From: 'ann@example.org', To: to, Subject: 'Out of office: unsubscribe' }, 'unsubscribe'),
    feedbackReport('auth-failure', [], { to }),
    feedbackReport('not-spam', [], { to }),
    message({ From: 'ann@example.org', To: to, Subject: 'Thank you' }, 'A fine letter.'),
  ])
    assert.deepEqual(await take(app, bytes), [{ state: 'nothing' }]);
  assert.deepEqual(await books(app), UNTOUCHED);
});

test('a dry run tells what would be done, and does nothing', async (t) => {
  const app = await sentEdition(t);
  const bytes = statusReport([hard('ann@example.org')], { to: await verpOf(app, 'ann') });
  const would = [{ state: 'suppressed', why: 'hard' }];
  assert.deepEqual(await take(app, bytes, [], { dryRun: true }), would);
  assert.deepEqual(await books(app), UNTOUCHED);
  assert.deepEqual(await take(app, bytes), would);
});

test('what comes back of a letter whose reader is erased is written to its row alone', async (t) => {
  const app = await sentEdition(t);
  const to = await verpOf(app, 'ann');
  const change = { subscriber_id: null, recipient: '' };
  await app.db.updateTable('delivery').set(change).where('subscriber_id', '=', 'ann').execute();
  await app.db.deleteFrom('subscriber').where('id', '=', 'ann').execute();
  assert.deepEqual(await take(app, statusReport([hard('ann@example.org')], { to })), [{ state: 'nobody' }]);
  assert.deepEqual((await books(app)).rows, { sent: 1, bounced: 1 });
});

test("the relay's own refusal is classed by the same rules, and its row left to the sender", async (t) => {
  const app = await sentEdition(t);
  const delivery = async (reader: string) =>
    app.db
      .selectFrom('delivery')
      .selectAll()
      .where('id', '=', await deliveryId(app, reader))
      .executeTakeFirstOrThrow();
  const spam = '554 5.7.1 Message rejected as spam by ann@example.org';
  assert.deepEqual(await takeSmtpBounce(app, await delivery('ann'), spam), { state: 'counted', times: 1 });
  assert.deepEqual(await takeSmtpBounce(app, await delivery('ann'), spam), { state: 'taken-before' });
  const row = await app.db.selectFrom('bounce').select(['status', 'reason']).executeTakeFirstOrThrow();
  assert.deepEqual(row, { status: '5.7.1', reason: '554 5.7.1 Message rejected as spam by …' });
  const gone = { state: 'suppressed', why: 'hard' };
  assert.deepEqual(await takeSmtpBounce(app, await delivery('bob'), '550 User unknown', 'rcpt'), gone);
  assert.deepEqual((await books(app)).rows, { sent: 2 });
});

test('an edition knows how many of its letters came back', async (t) => {
  const app = await sentEdition(t);
  await sendEdition(app, '2026-12-01-weekly');
  await take(app, statusReport([hard('ann@example.org')], { to: await verpOf(app, 'ann') }));
  assert.deepEqual(await editionTroubles(app.db, EDITION), { sent: 2, bounced: 1, complaints: 0 });
  assert.deepEqual(await editionTroubles(app.db, '2026-12-01-weekly'), {
    sent: 2,
    bounced: 0,
    complaints: 0,
  });
});
