import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { noteRecordsLook } from '#core/mail/records-look.ts';
import { noteRelay, relayAway } from '#core/mail/relay-health.ts';
import { MINUTE, SECOND } from '#core/platform/clock.ts';
import { writeSetting } from '#core/platform/settings.ts';
import { writeFilterHealth } from '#core/spam/filter-health.ts';
import { whatIsWrong, wrongWithDisk } from '#core/today/wrong.ts';
import { addEdition, EDITION, plainSender } from '../support/outbox.ts';
import { startScriptedRelay } from '../support/scripted-relay.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const kinds = async (app: TestApp) => (await whatIsWrong(app)).map(({ kind }) => kind);
const seen = (app: TestApp) => writeSetting(app.db, 'instance-seen', app.clock.now().toISOString());

test('where no worker has been seen for five minutes, it is said, with the next step', async (t) => {
  const app = await openTestApp(t);
  const [never] = await whatIsWrong(app);
  assert.deepEqual([never?.kind, never?.level, never?.since], ['worker', 'critical', undefined]);
  assert.match(never?.text ?? '', /npx watchpost worker/);
  await seen(app);
  assert.deepEqual(await kinds(app), []);
  app.clock.advance(6 * MINUTE);
  assert.deepEqual(await kinds(app), ['worker']);
});

test('a relay that is away is told with its last words, until it takes a letter again', async (t) => {
  let isAway = true;
  const relay = await startScriptedRelay(t, (moment) =>
    isAway && moment === 'greeting' ? '421 4.3.2 we are moving' : undefined,
  );
  const app = await openTestApp(t, { env: { SMTP_URL: relay.url } });
  await seen(app);
  await addEdition(app.db, ['ann@example.org']);
  const sender = plainSender(app, relay.url, { hooks: { onRelay: (news) => noteRelay(app, news) } });
  t.after(() => sender.close());
  await sender.sendDue({ edition: EDITION });
  const [wrong] = await whatIsWrong(app);
  assert.equal(wrong?.kind, 'relay');
  assert.match(wrong?.text ?? '', /421 4\.3\.2 we are moving/);
  const since = (await relayAway(app.db))?.since;
  app.clock.advance(30 * SECOND);
  await sender.sendDue({ edition: EDITION });
  assert.equal((await relayAway(app.db))?.since, since, 'since the first time');
  isAway = false;
  app.clock.advance(2 * MINUTE);
  await sender.sendDue({ edition: EDITION });
  assert.equal(relay.taken, 1);
  assert.ok(!(await kinds(app)).includes('relay'));
});

test('a silent filter, a refused key and its own words are told, where there is a filter', async (t) => {
  const app = await openTestApp(t, { env: { AKISMET_KEY: 'a-key' } });
  await seen(app);
  const since = app.clock.now().toISOString();
  await writeFilterHealth(app.db, { state: 'silent', since, why: 'time-out' });
  const [silent] = await whatIsWrong(app);
  assert.deepEqual([silent?.title, silent?.since], ['Akismet does not answer.', since]);
  assert.match(silent?.text ?? '', /longer than three seconds/);
  await writeFilterHealth(app.db, {
    ...{ state: 'bad-key', since, alert: { text: 'Your account is suspended.', at: since } },
  });
  assert.deepEqual(
    (await whatIsWrong(app)).map(({ title }) => title),
    ['Akismet refuses the key.', 'Akismet has a word for you.'],
  );
  assert.deepEqual(await kinds(Object.assign(app, { spam: undefined })), []);
});

test('a file with a fault is named with its line; of very many the rest is counted', async (t) => {
  const app = await openTestApp(t);
  await seen(app);
  for (let n = 0; n < 22; n++)
    writeFileSync(
      path.join(app.config.contentDir, 'articles', `unfinished-${n}.md`),
      '---\ntitle: No date\n---\n',
    );
  app.library.reload();
  const wrong = await whatIsWrong(app);
  assert.equal(wrong.length, 21);
  assert.match(wrong[0]?.title ?? '', /^articles\/unfinished-\d+\.md, line 2: published/);
  assert.match(wrong.at(-1)?.title ?? '', /^2 more faults/);
});

test('what doctor found of the mail records is told with its time; without a relay it matters to nobody', async (t) => {
  const app = await openTestApp(t, { env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  await seen(app);
  await noteRecordsLook(app, [
    { level: 'good', text: 'SPF: fine.' },
    { level: 'fault', text: 'DMARC: there is no record.' },
  ]);
  const [wrong, ...others] = await whatIsWrong(app);
  assert.deepEqual(others, []);
  assert.match(wrong?.text ?? '', /^DMARC: there is no record\./);
  assert.equal(wrong?.since, app.clock.now().toISOString());
  await noteRecordsLook(app, []);
  assert.deepEqual(await kinds(app), []);
});

test('a copy of a database elsewhere sends nothing, and that is the first thing told', async (t) => {
  const app = await openTestApp(t);
  await writeSetting(app.db, 'instance', 'of-another-place elsewhere.example');
  const wrong = await whatIsWrong(app);
  assert.deepEqual(
    wrong.map(({ kind }) => kind),
    ['instance'],
  );
  assert.match(wrong[0]?.text ?? '', /elsewhere\.example/);
});

test('a disk is told of before it is full, and as critical where a database could not go on for long', () => {
  const gigabyte = 1024 ** 3;
  assert.deepEqual(wrongWithDisk(gigabyte), []);
  assert.equal(wrongWithDisk(gigabyte / 2)[0]?.title, 'The disk is nearly full: 512 MB are free.');
  assert.deepEqual(
    [gigabyte / 2, gigabyte / 10].map((free) => wrongWithDisk(free)[0]?.level),
    ['attention', 'critical'],
  );
});
