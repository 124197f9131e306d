import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { editionOn } from '#core/editions/edition-rows.ts';
import { type LetterSource, lettersToSee } from '#core/editions/letters-to-see.ts';
import { lookAtPlan } from '#core/editions/look-at-plan.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { cancelEdition, scheduleEdition } from '#core/editions/move-edition.ts';
import { NO_PLAN } from '#core/editions/plan.ts';
import { letterAsSeen, variantPreviews } from '#core/editions/previews.ts';
import { scheduleLetter, startScheduled } from '#core/editions/scheduled.ts';
import { letterNamed } from '#core/editions/send-letter.ts';
import { MOST_TESTS, ownTestAddress, sendTests } from '#core/editions/send-test.ts';
import { type audiences, insertVariant } from '#core/editions/variant-rows.ts';
import { insertWaiting } from '#core/editions/waiting-rows.ts';
import { HOUR, isoAfter } from '#core/platform/clock.ts';
import { Remembered } from '#core/platform/remembered.ts';
import { openNewsroom, publish, told } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import { startSmtpFake } from '../support/smtp-fake.ts';
import type { TestApp } from '../support/test-app.ts';

type Audiences = Awaited<ReturnType<typeof audiences>>;

/** What a source's letters say: to how many readers of what, with which stories. */
async function seen(app: TestApp, source: LetterSource): Promise<string[] | undefined> {
  const all = await lettersToSee(app, source);
  return all?.letters.map(({ readers, topics, stories }) => `${readers} of ${topics || 'all'}: ${stories}`);
}

async function newsroom(t: TestContext, env = {}): Promise<TestApp> {
  const app = await openNewsroom(t, { env });
  for (const name of ['ann', 'bob']) await addReader(app, `${name}@example.org`, { alerts: 3 });
  await addReader(app, 'cy@example.org', { topics: ['phishing'] });
  publish(app, 'two', { published: '2026-11-24T08:00:00Z', topics: ['phishing'], severity: 'critical' });
  return app;
}

function writeLetter(app: TestApp, body = 'Dear reader'): void {
  const folder = path.join(app.config.contentDir, 'letters');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'hello.md'), `---\ntitle: Hello\n---\n${body}\n`);
  app.library.reload();
}

test('each different letter of the next digest is there once, with all of its readers', async (t) => {
  const app = await newsroom(t);
  assert.deepEqual(await seen(app, { kind: 'digest', cadence: 'weekly' }), [
    '2 of all: two,one',
    '1 of phishing: two',
  ]);
  assert.equal(await seen(app, { kind: 'digest', cadence: 'daily' }), undefined);
  const plan = { ...NO_PLAN, lead: 'one' };
  const look = await lookAtPlan(app, 'weekly', { plan, version: '0' });
  assert.deepEqual((await seen(app, { kind: 'digest', cadence: 'weekly', look }))?.[0], '2 of all: one,two');
  await assert.rejects(seen(app, { kind: 'digest', cadence: 'weekly', look: 'gone' }), { code: 'not-found' });
});

test('with very many readers a look may have the counts of the last one; what is made counts anew', async (t) => {
  const app = await newsroom(t);
  const readersLately = {
    least: new Remembered<number | undefined>(),
    readers: new Remembered<number>(),
    audiences: new Remembered<Audiences>(),
  };
  const looking = { ...app, readersLately };
  const source = { kind: 'digest', cadence: 'weekly' } as const;
  const before = await seen(looking, source);
  assert.deepEqual(before, await seen(app, source));
  await addReader(app, 'dan@example.org');
  assert.deepEqual(await seen(looking, source), before);
  assert.deepEqual(await seen(app, source), ['3 of all: two,one', '1 of phishing: two']);
  const made = await makeEdition(looking, 'weekly', app.clock.now());
  assert.ok(made.state === 'made' && made.recipients === 4);
  assert.equal(await seen(looking, source), undefined, 'what was told meanwhile is no count');
});

test('readers who were told different things before and get the same words have one letter', async (t) => {
  const app = await newsroom(t);
  const made = await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(made.state === 'made');
  const { id } = made.edition;
  const variant = { topics: '', alerted: '', stories: ['two'], more: 0 };
  await app.db.transaction().execute(async (trx) => {
    await insertVariant(trx, id, { ...variant, since: 1, readers: 3 });
    await insertVariant(trx, id, { ...variant, since: 2, readers: 4 });
  });
  assert.deepEqual(await seen(app, { kind: 'edition', id }), [
    '2 of all: two,one',
    '1 of phishing: two',
    '7 of all: two',
  ]);
});

test('an edition is seen as it was frozen; one that waits as it would be; one that never began not at all', async (t) => {
  const app = await newsroom(t);
  const at = app.clock.now().toISOString();
  const waiting = { id: 'waits', kind: 'digest', cadence: 'weekly', title: 'Weekly', reason: '' } as const;
  await insertWaiting(app.db, { ...waiting, due_at: at, created_at: at });
  assert.equal((await seen(app, { kind: 'edition', id: 'waits' }))?.length, 2);
  await scheduleEdition(app, 'waits', isoAfter(app.clock.now(), HOUR));
  assert.equal((await seen(app, { kind: 'edition', id: 'waits' }))?.length, 2);
  const made = await makeEdition(app, 'weekly', app.clock.now()); // and it takes the place of that one
  assert.ok(made.state === 'made');
  assert.equal(await seen(app, { kind: 'edition', id: 'waits' }), undefined);
  publish(app, 'two', { title: 'Changed since', published: '2026-11-24T08:00:00Z', topics: ['phishing'] });
  const frozen = await lettersToSee(app, { kind: 'edition', id: made.edition.id });
  assert.ok(frozen);
  const [letter] = variantPreviews(app, frozen.edition, frozen.letters);
  assert.match(letter?.text ?? '', /Title of two/);
  assert.doesNotMatch(letter?.html ?? '', /Changed since/);
  await assert.rejects(seen(app, { kind: 'edition', id: 'nothing' }), { code: 'not-found' });
});

test('an alert and a letter of a file are seen before they are sent', async (t) => {
  const app = await newsroom(t);
  writeLetter(app);
  assert.deepEqual(await seen(app, { kind: 'alert', slug: 'two', isUpdate: false }), ['2 of all: two']);
  assert.deepEqual(await seen(app, { kind: 'letter', name: 'hello' }), ['3 of all: ']);
  await assert.rejects(seen(app, { kind: 'letter', name: 'nothing' }), { code: 'not-found' });
});

test('an update of the very first story is one letter, for who knows the story and who does not', async (t) => {
  const app = await newsroom(t);
  await addReader(app, 'dan@example.org', { alerts: 3, cadence: 'daily' });
  await makeEdition(app, 'weekly', app.clock.now());
  const updates = [{ at: '2026-11-24T08:30:00Z', text: 'A patch is out' }];
  publish(app, 'one', { severity: 'critical', status: 'ongoing', updates });
  const source = { kind: 'alert', slug: 'one', isUpdate: true } as const;
  const all = await lettersToSee(app, source);
  assert.equal(all?.edition.lastStory, 1);
  assert.deepEqual(await seen(app, source), ['3 of all: one']);
});

test('a letter that is set to light or dark is so whatever shows it, and its links open beside it', async (t) => {
  const app = await newsroom(t);
  const all = await lettersToSee(app, { kind: 'digest', cadence: 'weekly' });
  const [letter] = all?.letters ?? [];
  assert.ok(all && letter);
  const [light, dark] = (['light', 'dark'] as const).map((scheme) =>
    letterAsSeen(app, all.edition, letter, scheme),
  );
  for (const html of [light, dark]) {
    assert.doesNotMatch(html ?? '', /prefers-color-scheme|light dark/);
    assert.match(html ?? '', /<base target="_blank">/);
  }
  assert.match(light ?? '', /content="light">[\s\S]*@media not all\{/);
  assert.match(dark ?? '', /content="dark">[\s\S]*@media all\{/);
});

test('all letters go to one address as a test; how much is limited, and the books stay as they are', async (t) => {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const app = await newsroom(t, { SMTP_URL: relay.url, MAIL_FROM: 'news@watchpost.test' });
  const rows = async () => app.db.selectFrom('delivery').selectAll().execute();
  const before = await rows();
  const all = await lettersToSee(app, { kind: 'digest', cadence: 'weekly' });
  assert.ok(all);
  assert.equal(ownTestAddress(app), 'news@watchpost.test');
  const asked = { to: 'editor@example.org', client: '192.0.2.1' };
  const sent = await sendTests(app, all.edition, all.letters, asked);
  assert.deepEqual(
    sent.map(({ outcome }) => outcome.state),
    ['sent', 'sent'],
  );
  assert.deepEqual(
    relay.messages.map(({ to }) => to),
    [['editor@example.org'], ['editor@example.org']],
  );
  assert.deepEqual(await rows(), before);
  const [letter] = all.letters;
  assert.ok(letter);
  await assert.rejects(sendTests(app, all.edition, Array(MOST_TESTS + 1).fill(letter), asked), {
    code: 'invalid',
    message: /Choose one/,
  });
  await assert.rejects(sendTests(app, all.edition, all.letters, { ...asked, to: 'nobody' }), {
    code: 'invalid',
  });
  await sendTests(app, all.edition, Array(MOST_TESTS).fill(letter), asked);
  const count = relay.messages.length;
  await assert.rejects(sendTests(app, all.edition, Array(MOST_TESTS).fill(letter), asked), {
    code: 'limited',
  });
  assert.equal(relay.messages.length, count);
});

test('where the relay is away, a test says so once, and the other letters are not tried', async (t) => {
  const relay = await startSmtpFake();
  await relay.stop();
  const app = await newsroom(t, { SMTP_URL: relay.url, MAIL_FROM: 'news@watchpost.test' });
  const all = await lettersToSee(app, { kind: 'digest', cadence: 'weekly' });
  assert.ok(all);
  const sent = await sendTests(app, all.edition, all.letters, { to: 'e@example.org', client: '192.0.2.1' });
  assert.deepEqual(
    sent.map(({ outcome }) => outcome.state),
    ['deferred'],
  );
});

test('a letter of a file goes out at the time that the desk gives it, once', async (t) => {
  const app = await newsroom(t);
  writeLetter(app);
  const letter = letterNamed(app, 'hello');
  await assert.rejects(scheduleLetter(app, letter, '2026-11-24T09:00:00Z'), { code: 'invalid' });
  await scheduleLetter(app, letter, isoAfter(app.clock.now(), HOUR));
  await scheduleLetter(app, letter, isoAfter(app.clock.now(), 2 * HOUR));
  const edition = async () => editionOn(app.db, 'letter', 'hello');
  app.clock.advance(HOUR);
  await startScheduled(app);
  assert.equal((await edition())?.state, 'scheduled');
  app.clock.advance(HOUR);
  await startScheduled(app);
  assert.equal((await edition())?.state, 'sending');
  assert.equal((await told(app, (await edition())?.id ?? '')).length, 3);
  await assert.rejects(scheduleLetter(app, letter, isoAfter(app.clock.now(), HOUR)), { code: 'conflict' });
});

test('a letter with which something is wrong at its time waits, with the reason; so does one that is gone', async (t) => {
  const app = await newsroom(t);
  writeLetter(app, 'The minister said TK.');
  await scheduleLetter(app, letterNamed(app, 'hello'), isoAfter(app.clock.now(), HOUR));
  app.clock.advance(HOUR);
  await startScheduled(app);
  const edition = await editionOn(app.db, 'letter', 'hello');
  assert.equal(edition?.state, 'waiting');
  assert.match(edition?.reason ?? '', /“TK” stands in it.*take it out/);
  await scheduleEdition(app, edition?.id ?? '', isoAfter(app.clock.now(), HOUR));
  rmSync(path.join(app.config.contentDir, 'letters', 'hello.md'));
  app.library.reload();
  app.clock.advance(HOUR);
  await startScheduled(app);
  const gone = await editionOn(app.db, 'letter', 'hello');
  assert.equal(gone?.state, 'waiting');
  assert.match(gone?.reason ?? '', /There is no sound letter "hello"/);
  await cancelEdition(app, gone?.id ?? '');
  assert.equal((await editionOn(app.db, 'letter', 'hello'))?.state, 'cancelled');
});
