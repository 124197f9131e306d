import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { alertSuggestions, dismissAlert } from '#core/editions/alert-suggestions.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { cancelEdition } from '#core/editions/move-edition.ts';
import { alertSubject, plannedAlert, sendAlert } from '#core/editions/send-alert.ts';
import { DAY } from '#core/platform/clock.ts';
import { changeChoices } from '#core/subscribers/preferences.ts';
import type { Cadence, Choices } from '#core/subscribers/subscriber.ts';
import { command } from '../support/commands.ts';
import { openNewsroom, publish, told } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

const ALERT = '2026-11-24-alert';

/** Two readers of alerts and one of none; then `leak`, high, about the cloud, is published. */
async function leak(t: TestContext, fields: Record<string, unknown> = {}): Promise<TestApp> {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org', { alerts: 2 });
  await addReader(app, 'bob@example.org', { alerts: 2, cadence: 'daily' });
  await addReader(app, 'cy@example.org');
  publish(app, 'leak', { severity: 'high', topics: ['cloud'], ...fields });
  return app;
}

async function alert(app: TestApp, slug = 'leak', isUpdate = false): Promise<string[]> {
  const sent = await sendAlert(app, alertSubject(app, slug, isUpdate));
  return sent.state === 'made' ? told(app, sent.edition.id) : [];
}

async function digest(app: TestApp, cadence: Cadence = 'weekly'): Promise<string[]> {
  app.clock.advance(DAY);
  const made = await makeEdition(app, cadence, app.clock.now());
  return made.state === 'made' ? told(app, made.edition.id) : [];
}

async function choose(app: TestApp, email: string, choices: Partial<Choices>): Promise<void> {
  const { id } = await app.db
    .selectFrom('subscriber')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  const all = { cadence: 'weekly', topics: [], alerts: 2, ...choices } as const;
  assert.ok(await changeChoices(app, { id }, all, '192.0.2.1'));
}

test('an alert goes to who asked for its severity and topics, whatever their cadence', async (t) => {
  const app = await openNewsroom(t);
  const readers: Record<string, Partial<Choices>> = {
    none: { alerts: 0 },
    critical: { alerts: 1 },
    high: { alerts: 2 },
    low: { alerts: 4, cadence: 'monthly' },
    cloud: { alerts: 2, topics: ['cloud', 'updates'] },
    'other-topic': { alerts: 4, topics: ['clouds'] },
  };
  for (const [name, choices] of Object.entries(readers)) await addReader(app, `${name}@example.org`, choices);
  publish(app, 'leak', { severity: 'high', topics: ['phishing', 'cloud'] });
  assert.deepEqual(await alert(app), [
    'cloud@example.org: leak',
    'high@example.org: leak',
    'low@example.org: leak',
  ]);
});

test('each severity goes to the ranks that ask for it', async (t) => {
  const app = await openNewsroom(t);
  for (const alerts of [1, 2, 3, 4] as const) await addReader(app, `rank${alerts}@example.org`, { alerts });
  const counts = [];
  for (const severity of ['low', 'medium', 'high', 'critical']) {
    publish(app, severity, { severity });
    counts.push((await alert(app, severity)).length);
  }
  assert.deepEqual(counts, [1, 2, 3, 4]);
});

test('only confirmed readers get an alert', async (t) => {
  const app = await leak(t);
  await app.db
    .updateTable('subscriber')
    .set({ state: 'unsubscribed' })
    .where('email', '=', 'ann@example.org')
    .execute();
  assert.deepEqual(await alert(app), ['bob@example.org: leak']);
});

test('an article is told of once, however many ask at once', async (t) => {
  const app = await leak(t);
  const asked = await Promise.allSettled([1, 2, 3].map(() => alert(app)));
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1);
  await assert.rejects(alert(app), { code: 'conflict', message: /2026-11-24-alert.*24 09:00 UTC/ });
  assert.deepEqual(await told(app, ALERT), ['ann@example.org: leak', 'bob@example.org: leak']);
  assert.deepEqual(await told(app, `${ALERT}-2`), []);
});

test('whoever a digest has told of an article gets no alert of it', async (t) => {
  const app = await leak(t);
  assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: leak, one']);
  assert.equal((await plannedAlert(app, alertSubject(app, 'leak', false))).readers, 1);
  assert.deepEqual(await alert(app), ['ann@example.org: leak']);
});

test('the next digest leaves the article out for whom the alert told, and for nobody else', async (t) => {
  const app = await leak(t);
  await alert(app);
  assert.deepEqual(await digest(app), ['ann@example.org: one', 'cy@example.org: leak, one']);
  assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: one']);
  assert.deepEqual([...(await digest(app)), ...(await digest(app, 'daily'))], []);
});

test('a reader with no other news than what the alert said gets no digest', async (t) => {
  const app = await leak(t);
  await digest(app);
  await digest(app, 'daily');
  publish(app, 'worm', { severity: 'critical' });
  await alert(app, 'worm');
  assert.deepEqual(await digest(app), ['cy@example.org: worm']);
});

test('told by an alert is told, also after another cadence and other topics', async (t) => {
  const app = await leak(t);
  await alert(app);
  await choose(app, 'ann@example.org', { cadence: 'daily', topics: ['cloud'] });
  await choose(app, 'bob@example.org', { cadence: 'weekly' });
  assert.deepEqual(await digest(app, 'daily'), ['ann@example.org: one']);
  await choose(app, 'ann@example.org', { cadence: 'weekly' });
  assert.deepEqual(await digest(app), ['bob@example.org: one', 'cy@example.org: leak, one']);
  publish(app, 'two');
  await choose(app, 'bob@example.org', { cadence: 'monthly' });
  assert.deepEqual(await digest(app, 'monthly'), ['bob@example.org: two']);
});

test('whom a cancelled alert did not reach hears of it in their digest', async (t) => {
  const app = await leak(t);
  await alert(app);
  await app.db
    .updateTable('delivery')
    .set({ state: 'sent' })
    .where('recipient', '=', 'bob@example.org')
    .where('edition_id', '=', ALERT)
    .execute();
  await cancelEdition(app, ALERT);
  assert.deepEqual(await digest(app), ['ann@example.org: leak, one', 'cy@example.org: leak, one']);
  assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: one']);
});

test('an alert that is cancelled after a digest left its article out is made up for by the next digest', async (t) => {
  const app = await leak(t);
  await alert(app);
  assert.deepEqual(await digest(app), ['ann@example.org: one', 'cy@example.org: leak, one']);
  publish(app, 'two');
  await cancelEdition(app, ALERT);
  assert.deepEqual(await digest(app), ['ann@example.org: two, leak', 'cy@example.org: two']);
});

test('whoever had a letter that told others of an article, and not them, gets the alert', async (t) => {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org', { alerts: 2 });
  await addReader(app, 'bob@example.org', { alerts: 2, topics: ['phishing'] });
  publish(app, 'bait', { topics: ['phishing'] });
  await digest(app);
  publish(app, 'leak', { severity: 'high', topics: ['cloud'] });
  publish(app, 'hook', { topics: ['phishing'] });
  assert.deepEqual(await digest(app), ['ann@example.org: hook, leak', 'bob@example.org: hook']);
  await cancelEdition(app, '2026-11-25-weekly'); // takes both back to before it
  await choose(app, 'bob@example.org', { topics: ['cloud'] });
  assert.deepEqual(await alert(app), ['bob@example.org: leak']);
});

test('an article without a severity, a draft and one without an update cannot be an alert', async (t) => {
  const app = await leak(t);
  publish(app, 'later', { severity: 'high', published: '2027-01-01' });
  await assert.rejects(alert(app, 'one'), { code: 'invalid', message: /no severity/ });
  await assert.rejects(alert(app, 'later'), { code: 'not-found' });
  await assert.rejects(alert(app, 'leak', true), { code: 'invalid', message: /no update/ });
});

function update(app: TestApp, at: string, more: Record<string, unknown> = {}): void {
  publish(app, 'leak', {
    published: '2026-11-24T09:00:00.000Z',
    ...{ severity: 'high', topics: ['cloud'], status: 'ongoing', updates: [{ at, text: 'A patch is out' }] },
    ...more,
  });
}

test('an update is told once, also to who had the alert and reads other topics by now', async (t) => {
  const app = await leak(t);
  await alert(app);
  await choose(app, 'bob@example.org', { cadence: 'daily', topics: ['phishing'] });
  await addReader(app, 'dan@example.org', { alerts: 3 });
  app.clock.advance(DAY);
  update(app, '2026-11-25T08:00:00Z');
  assert.deepEqual(await alert(app, 'leak', true), [
    'ann@example.org: leak',
    'bob@example.org: leak',
    'dan@example.org: leak',
  ]);
  await assert.rejects(alert(app, 'leak', true), { code: 'conflict' });
  app.clock.advance(DAY);
  update(app, '2026-11-26T08:00:00Z');
  assert.equal((await alert(app, 'leak', true)).length, 3, 'the next update is news again');
});

test('whoever would have heard of an article by an update that is cancelled hears of it by their digest, and nobody twice', async (t) => {
  const app = await leak(t);
  assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: leak, one']);
  update(app, '2026-11-25T08:00:00Z');
  assert.deepEqual(await alert(app, 'leak', true), ['ann@example.org: leak', 'bob@example.org: leak']);
  assert.deepEqual(await digest(app), ['ann@example.org: one', 'cy@example.org: leak, one']);
  publish(app, 'two');
  await cancelEdition(app, '2026-11-25-alert');
  assert.deepEqual(await digest(app), ['ann@example.org: two, leak', 'cy@example.org: two']);
  assert.deepEqual(await digest(app, 'daily'), ['bob@example.org: two']);
  assert.deepEqual([...(await digest(app)), ...(await digest(app, 'daily'))], []);
});

test('whoever had the alert and loses the update to a cancel is not told of the article again', async (t) => {
  const app = await leak(t);
  await alert(app);
  app.clock.advance(DAY);
  update(app, '2026-11-25T08:00:00Z');
  assert.deepEqual(await alert(app, 'leak', true), ['ann@example.org: leak', 'bob@example.org: leak']);
  await cancelEdition(app, '2026-11-25-alert');
  assert.deepEqual(await digest(app), ['ann@example.org: one', 'cy@example.org: leak, one']);
  app.clock.advance(DAY);
  update(app, '2026-11-27T08:00:00Z');
  assert.equal((await alert(app, 'leak', true)).length, 2, 'the next update tells of how things stand');
});

test('what is grave enough is suggested until it is sent or turned down', async (t) => {
  const app = await leak(t);
  writeFileSync(path.join(app.config.contentDir, 'site.yaml'), 'newsletter: { alertFrom: high }\n');
  publish(app, 'small', { severity: 'low' });
  publish(app, 'worm', { severity: 'critical' });
  const suggested = async () =>
    (await alertSuggestions(app)).map(({ key, readers }) => `${key} to ${readers}`);
  assert.deepEqual((await suggested()).sort(), ['leak to 2', 'worm to 2']);
  await dismissAlert(app, 'worm');
  assert.deepEqual(await suggested(), ['leak to 2']);
  await alert(app);
  assert.deepEqual(await suggested(), []);
  app.clock.advance(DAY);
  update(app, '2026-11-25T08:00:00Z');
  assert.deepEqual(await suggested(), ['leak#2026-11-25T08:00:00.000Z to 2']);
  update(app, '2026-11-25T08:00:00Z', { status: 'resolved' });
  assert.deepEqual(await suggested(), [], 'it does not develop any more');
});

test('an update is suggested only where readers know of the story, and old news never', async (t) => {
  const app = await leak(t);
  app.clock.advance(4 * DAY);
  update(app, '2026-11-28T08:00:00Z');
  assert.deepEqual(await alertSuggestions(app), []);
});

test('the command asks first: where nobody can be asked, nothing is sent without --yes', async (t) => {
  const app = await leak(t, { published: '2018-11-20' }); // a command has the clock of the machine
  const asked = await command(app, 'alert', 'leak');
  assert.equal(asked.code, 2);
  assert.match(asked.errors, /Send "Title of leak" now to 2 readers\?.*--yes/);
  assert.equal((await command(app, 'alert', 'leak', '--dry-run')).code, 0);
  const letters = app.db.selectFrom('delivery').select('recipient').where('kind', '=', 'alert').orderBy('id');
  assert.deepEqual(await letters.execute(), []);
  const sent = await command(app, 'alert', 'leak', '--yes');
  assert.match(sent.output, /2 letters to send/);
  assert.equal((await letters.execute()).length, 2);
  const codes = [];
  for (const args of [['leak', '--yes'], ['nowhere', '--yes'], ['one', '--yes'], []])
    codes.push((await command(app, 'alert', ...args)).code);
  assert.deepEqual([codes[0], codes[1], codes[3]], [4, 3, 2]);
  assert.ok(codes[2], 'an article without a severity');
});
