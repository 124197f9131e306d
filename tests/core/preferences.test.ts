import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeEdition } from '#core/editions/make-edition.ts';
import { DAY, isoTime } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { keptSubscriber } from '#core/subscribers/kept.ts';
import { takeLetterShare } from '#core/subscribers/letter-limits.ts';
import { notMe, notMeLink, sayNotMe } from '#core/subscribers/not-me.ts';
import { phraseFrom, suggestedPhrase } from '#core/subscribers/phrase.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import { sendLink } from '#core/subscribers/send-link.ts';
import { alertRank, alertsFrom, consentWords } from '#core/subscribers/subscriber.ts';
import { type Subscriber, subscriberById, subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { isSuppressed, suppress } from '#core/subscribers/suppression.ts';
import { subscriberOfLink, unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { addReader, confirmMessage, signUp } from '../support/readers.ts';
import { openTestApp, type TestApp, writeArticle } from '../support/test-app.ts';

const ANN = 'ann@example.org';

async function reader(app: TestApp, choices: Parameters<typeof addReader>[2] = {}): Promise<Subscriber> {
  const subscriber = await subscriberById(app.db, await addReader(app, ANN, choices));
  assert.ok(subscriber);
  return subscriber;
}

function lettersOf(app: TestApp, kind: 'confirm' | 'link' | 'welcome' | 'digest') {
  return app.db.selectFrom('delivery').selectAll().where('kind', '=', kind).orderBy('id').execute();
}

/** Publishes a story and sends the digest of it; the edition's address. */
async function publish(app: TestApp, slug: string, cadence: 'daily' | 'weekly' | 'monthly'): Promise<string> {
  app.clock.advance(DAY);
  writeArticle(app.config.contentDir, slug, { published: isoTime(app.clock.now()) });
  app.library.reload();
  app.clock.advance(1000);
  const made = await makeEdition(app, cadence, app.clock.now());
  assert.equal(made.state, 'made');
  return made.state === 'made' ? made.edition.id : '';
}

/** Whom a digest goes to. */
async function recipientsOf(app: TestApp, edition: string): Promise<string[]> {
  const rows = await lettersOf(app, 'digest');
  return rows.filter(({ edition_id }) => edition_id === edition).map(({ recipient }) => recipient);
}

test('alerts are chosen by a severity, and any other word means what is critical', () => {
  assert.deepEqual(
    ['', 'critical', 'high', 'medium', 'low', 'on', '1', 'yes'].map(alertRank),
    [0, 1, 2, 3, 4, 1, 1, 1],
  );
  assert.deepEqual([0, 1, 2, 3, 4].map(alertsFrom), [undefined, 'critical', 'high', 'medium', 'low']);
});

test('the words that were agreed to name what was chosen', () => {
  const words = consentWords({ cadence: 'daily', topics: ['phishing', 'cloud'], alerts: 2 });
  assert.match(words, /daily; topics cloud,phishing; alerts from high on/);
});

test('whoever confirms gets one welcome, and their first digest begins after the latest', async (t) => {
  const app = await openTestApp(t);
  await addReader(app, 'first@example.org');
  await publish(app, 'one', 'weekly');
  await reader(app, { cadence: 'weekly' });
  assert.equal((await lettersOf(app, 'welcome')).length, 2);
  const edition = await publish(app, 'two', 'weekly');
  const { stories } = await app.db
    .selectFrom('edition_variant')
    .select('stories')
    .where('edition_id', '=', edition)
    .executeTakeFirstOrThrow();
  assert.deepEqual([(await recipientsOf(app, edition)).length, stories], [2, '["two"]']);
});

test('whoever leaves and comes back by another cadence is not told again of what they had', async (t) => {
  const app = await openTestApp(t);
  await addReader(app, 'weekly@example.org', { cadence: 'weekly' });
  await publish(app, 'one', 'weekly');
  const ann = await reader(app, { cadence: 'daily' });
  await publish(app, 'two', 'daily');
  await unsubscribe(app, ann, '', 'page');
  app.clock.advance(DAY);
  await addReader(app, ANN, { cadence: 'weekly' });
  const edition = await publish(app, 'three', 'weekly');
  const variants = await app.db
    .selectFrom('edition_variant')
    .select(['stories', 'readers'])
    .where('edition_id', '=', edition)
    .orderBy('id')
    .execute();
  assert.deepEqual(variants.map(({ stories }) => stories).sort(), ['["three","two"]', '["three"]']);
});

test('another cadence takes along what was told', async (t) => {
  const app = await openTestApp(t);
  const ann = await reader(app, { cadence: 'daily' });
  await publish(app, 'one', 'daily');
  await changeChoices(app, ann, { cadence: 'monthly', topics: [], alerts: 0 }, '');
  const edition = await publish(app, 'two', 'monthly');
  const { stories } = await app.db
    .selectFrom('edition_variant')
    .select('stories')
    .where('edition_id', '=', edition)
    .executeTakeFirstOrThrow();
  assert.equal(stories, '["two"]');
});

test('leaving skips the letters of editions that still wait, and says why', async (t) => {
  const app = await openTestApp(t);
  const ann = await reader(app);
  await publish(app, 'one', 'weekly');
  await unsubscribe(app, ann, '', 'one-click');
  const [digest] = await lettersOf(app, 'digest');
  assert.deepEqual([digest?.state, digest?.reply], ['skipped', 'unsubscribed meanwhile']);
});

test('a phrase stays until it is changed, also through leaving and coming back', async (t) => {
  const app = await openTestApp(t);
  const ann = await reader(app);
  const choices = { cadence: 'weekly', topics: [], alerts: 0 } as const;
  await changeChoices(app, ann, { ...choices, phrase: '  blue  lantern ' }, '');
  await changeChoices(app, ann, choices, '');
  await unsubscribe(app, ann, '', 'page');
  app.clock.advance(DAY);
  await addReader(app, ANN);
  assert.equal((await subscriberById(app.db, ann.id))?.phrase, 'blue lantern');
  const kept = await keptSubscriber(app.db, ann);
  assert.doesNotMatch(JSON.stringify(kept.events), /lantern/);
});

test('a phrase is plain words: what is too short, too long, unseen or a link is refused with the reason', () => {
  for (const [typed, reason] of [
    ['ab', /too short/],
    ['x'.repeat(81), /81 characters/],
    ['see https://evil.example', /link/],
    ['WWW.evil.example', /link/],
    ['me@example.org', /link/],
    ['two\nlines', /cannot be seen/],
    ['re\u202eversed', /cannot be seen/],
    ['zero\u200bwidth', /cannot be seen/],
    ['bell\u0007', /cannot be seen/],
  ] as const) {
    assert.throws(
      () => phraseFrom(typed),
      (error: unknown) => error instanceof AppError && reason.test(error.fields.phrase ?? ''),
      typed,
    );
  }
  assert.deepEqual(['', 'die blaue Laterne', 'نور', '👩‍🚀 moon'].map(phraseFrom), [
    '',
    'die blaue Laterne',
    'نور',
    '👩‍🚀 moon',
  ]);
  assert.equal(phraseFrom(suggestedPhrase()).split(' ').length, 4);
});

test('a confirmed subscriber gets their link by mail, once a day; nobody else gets anything', async (t) => {
  const app = await openTestApp(t);
  await reader(app);
  await signUp(app, 'pending@example.org');
  const { id } = (await subscriberByKey(app.db, ANN)) ?? {};
  for (const email of ['ANN@example.org', ANN, 'pending@example.org', 'nobody@example.org'])
    await sendLink(app, { email, network: '192.0.2.1' });
  assert.deepEqual(
    (await lettersOf(app, 'link')).map(({ subscriber_id }) => subscriber_id),
    [id],
  );
  app.clock.advance(DAY);
  await sendLink(app, { email: ANN, network: '192.0.2.1' });
  assert.equal((await lettersOf(app, 'link')).length, 2);
});

test('“this was not me” ends it for good: nothing of them stays but the hash, and no sign-up brings a letter', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, ANN);
  const token = derivedToken(app.secret, 'not-me', await confirmMessage(app, ANN));
  assert.ok(notMeLink(app, await confirmMessage(app, ANN)).endsWith(`/newsletter/not-me/${token}/`));
  assert.equal(await notMe(app, token), 'waiting');
  assert.equal(await sayNotMe(app, token), 'done');
  assert.equal(await sayNotMe(app, token), 'done');
  assert.equal(await subscriberByKey(app.db, ANN), undefined);
  app.clock.advance(10 * DAY);
  await signUp(app, ANN);
  assert.equal((await lettersOf(app, 'confirm')).length, 0);
  assert.equal(await notMe(app, 'x'.repeat(43)), 'unknown');
});

test('“this was not me”, found late by somebody who is confirmed, unsubscribes them for good', async (t) => {
  const app = await openTestApp(t);
  const ann = await reader(app);
  await sayNotMe(app, derivedToken(app.secret, 'not-me', await confirmMessage(app, ANN)));
  assert.equal((await subscriberById(app.db, ann.id))?.state, 'unsubscribed');
  assert.equal(await isSuppressed(app, app.db, ANN), true);
});

test('a suppressed address is answered like any other, and nothing is written down', async (t) => {
  const app = await openTestApp(t);
  await app.db.transaction().execute((trx) => suppress(app, trx, ANN, 'bounced'));
  await signUp(app, ANN);
  assert.equal(await subscriberByKey(app.db, ANN), undefined);
  assert.equal((await lettersOf(app, 'confirm')).length, 0);
});

test('everything that is kept is shown: consent with when, from where and in which words, letters with the reply', async (t) => {
  const app = await openTestApp(t);
  const ann = await reader(app);
  await publish(app, 'one', 'weekly');
  while ((await app.sender.sendDue()) > 0) {}
  const kept = await keptSubscriber(app.db, ann);
  assert.deepEqual(
    kept.events.map(({ what, from, words }) => [what, from, words]),
    [
      ['confirmed', '192.0.2.1', ''],
      ['signed-up', '192.0.2.1', 'Send me the digest'],
    ],
  );
  assert.deepEqual(
    kept.letters.map(({ kind, to }) => [kind, to]),
    [
      ['digest', ANN],
      ['welcome', ANN],
      ['confirm', ANN],
    ],
  );
  assert.ok(kept.letters.every(({ reply }) => reply));
});

test('erasure leaves the hash alone, the books of editions add up, and they may sign up again', async (t) => {
  const app = await openTestApp(t);
  const ann = await reader(app);
  const edition = await publish(app, 'one', 'weekly');
  const link = derivedToken(app.secret, 'preferences', ann.id);
  await eraseSubscriber(app, ann);
  assert.equal(await subscriberByKey(app.db, ANN), undefined);
  assert.equal(await subscriberOfLink(app, 'preferences', link), undefined);
  const rows = await app.db.selectFrom('delivery').selectAll().execute();
  assert.deepEqual(
    rows.map(({ edition_id, subscriber_id, recipient, state }) => [
      edition_id,
      subscriber_id,
      recipient,
      state,
    ]),
    [[edition, null, '', 'skipped']],
  );
  for (const table of ['subscriber', 'subscriber_event', 'delivery', 'suppression'] as const)
    assert.doesNotMatch(JSON.stringify(await app.db.selectFrom(table).selectAll().execute()), /ann@/i, table);
  assert.equal(await isSuppressed(app, app.db, ANN), false);
  await addReader(app, ANN);
  assert.deepEqual(await app.db.selectFrom('suppression').selectAll().execute(), []);
});

test('a flood of sign-ups from everywhere leaves room for whoever did nothing lately', async (t) => {
  const app = await openTestApp(t);
  for (let n = 0; n < 1000; n++) takeLetterShare(app, `198.18.${n >> 3}.${n & 7}`);
  takeLetterShare(app, '203.0.113.9');
  assert.throws(
    () => takeLetterShare(app, '203.0.113.9'),
    (error: unknown) => error instanceof AppError && error.code === 'limited' && !!error.retryAfterSeconds,
  );
});
