import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { approveEdition } from '#core/editions/approve-edition.ts';
import { sendDueLetters } from '#core/editions/due-letters.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { alertSubject, sendAlert } from '#core/editions/send-alert.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { DAY, HOUR } from '#core/platform/clock.ts';
import { instanceOf, takeInstance, watchInstance } from '#core/platform/instance.ts';
import { command } from '../support/commands.ts';
import { openNewsroom, publish } from '../support/newsroom.ts';
import { addReader, signUp } from '../support/readers.ts';
import { openTestApp, type TestApp, temporaryFolder } from '../support/test-app.ts';

const FIRST = '2026-11-24-weekly';

/** A site with an edition under way, which has been seen at work. */
async function original(t: TestContext): Promise<TestApp> {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org', { alerts: 4 });
  await makeDueEditions(app);
  await makeEdition(app, 'weekly', app.clock.now());
  await watchInstance(app);
  return app;
}

/** The same data in another folder, as a copy of the disk or a backup has it. */
async function copyOf(t: TestContext, app: TestApp): Promise<TestApp> {
  const dataDir = path.join(temporaryFolder(t), 'data');
  cpSync(app.config.dataDir, dataDir, { recursive: true, preserveTimestamps: true });
  return openTestApp(t, {
    now: app.clock.now().toISOString(),
    env: { DATA_DIR: dataDir, CONTENT_DIR: app.config.contentDir },
  });
}

test('a copy sends nothing of an edition that was under way, but letters that a person asks for', async (t) => {
  const copy = await copyOf(t, await original(t));
  await signUp(copy, 'bob@example.org');
  await copy.sender.sendDue();
  assert.deepEqual(await deliveryCounts(copy.db, FIRST), { queued: 1 });
  const { state } = await copy.db
    .selectFrom('delivery')
    .select('state')
    .where('recipient', '=', 'bob@example.org')
    .executeTakeFirstOrThrow();
  assert.equal(state, 'sent');
});

test('a copy makes no digest, alert or letter, neither by hand nor by schedule', async (t) => {
  const copy = await copyOf(t, await original(t));
  copy.clock.advance(7 * DAY - HOUR);
  publish(copy, 'leak', { severity: 'critical' });
  const letters = path.join(copy.config.contentDir, 'letters');
  mkdirSync(letters);
  writeFileSync(
    path.join(letters, 'hello.md'),
    '---\ntitle: Hello\nsend: 2026-12-01T08:00:00Z\n---\nWords\n',
  );
  copy.library.reload();
  await makeDueEditions(copy);
  await sendDueLetters(copy);
  const now = copy.clock.now();
  const refused = { code: 'conflict', message: /copied from another place.*24 09:00 UTC.*instance take/ };
  await assert.rejects(makeEdition(copy, 'weekly', now), refused);
  await assert.rejects(sendAlert(copy, alertSubject(copy, 'leak', false)), refused);
  const ids = await copy.db.selectFrom('edition').select('id').execute();
  assert.deepEqual(ids, [{ id: FIRST }]);
  await takeInstance(copy);
  await makeDueEditions(copy);
  await sendDueLetters(copy);
  for (const id of ['2026-12-01-weekly', '2026-12-01-letter']) assert.ok(await editionById(copy.db, id), id);
});

test('a copy asks for a person in its log, and is silent where it is at home', async (t) => {
  const app = await original(t);
  const copy = await copyOf(t, app);
  await watchInstance(copy);
  assert.ok(copy.lines.some(({ event }) => event === 'instance.moved'));
  await watchInstance(app);
  assert.ok(!app.lines.some(({ event }) => event === 'instance.moved'));
});

test('taken by a person, the copy goes on where the original was', async (t) => {
  const copy = await copyOf(t, await original(t));
  await takeInstance(copy);
  assert.deepEqual(await instanceOf(copy), { state: 'ours' });
  await copy.sender.sendDue();
  assert.deepEqual(await deliveryCounts(copy.db, FIRST), { sent: 1 });
});

test('a data folder that is moved or renamed on its disk stays the same instance', async (t) => {
  const app = await original(t);
  const dataDir = path.join(temporaryFolder(t), 'data');
  renameSync(app.config.dataDir, dataDir);
  const moved = { ...app, config: { ...app.config, dataDir } };
  assert.deepEqual(await instanceOf(moved), { state: 'ours' });
});

test('an edition that waits cannot be approved in a copy', async (t) => {
  const app = await original(t);
  app.clock.advance(DAY);
  publish(app, 'two');
  app.clock.advance(6 * DAY + 13 * HOUR);
  await makeDueEditions(app);
  const copy = await copyOf(t, app);
  await assert.rejects(approveEdition(copy, '2026-12-01-weekly'), { code: 'conflict' });
  assert.equal((await editionById(copy.db, '2026-12-01-weekly'))?.state, 'waiting');
});

test('the command says where editions are sent from, and takes them over', async (t) => {
  const copy = await copyOf(t, await original(t));
  const before = await command(copy, 'instance');
  assert.equal(before.code, 1);
  assert.match(before.output, /copied from another place/);
  const digest = await command(copy, 'digest', 'send', '--cadence', 'weekly');
  assert.equal(digest.code, 4);
  assert.equal((await command(copy, 'instance', 'take')).code, 0);
  assert.match((await command(copy, 'instance')).output, /Editions are sent from here/);
});
