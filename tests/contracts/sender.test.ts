import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { makeEdition } from '#core/editions/make-edition.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { DAY, HOUR, MINUTE } from '#core/platform/clock.ts';
import { openSqlite } from '#core/platform/db.ts';
import { addReader, signUp } from '../support/readers.ts';
import { type Script, startScriptedRelay } from '../support/scripted-relay.ts';
import { openTestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';

/** An app whose relay goes wrong as told, and a connection to its database as another process has one. */
async function withRelay(t: TestContext, script: Script) {
  const relay = await startScriptedRelay(t, script);
  const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
  const app = await openTestApp(t, {
    env: { SMTP_URL: relay.url },
    database: { db: openSqlite(file, 50), engine: 'sqlite' },
  });
  const other = new Database(file);
  t.after(() => other.close());
  return { app, relay, other };
}

test('a letter at which the relay hangs up holds up no other, and is given up after two days', async (t) => {
  const { app, relay } = await withRelay(t, (moment, recipient) =>
    moment === 'RCPT' && recipient === 'poison@example.org' ? 'cut' : undefined,
  );
  for (const name of ['poison', 'ann', 'bob']) await signUp(app, `${name}@example.org`);
  while ((await app.sender.sendDue()) > 0);
  assert.deepEqual(await deliveryCounts(app.db), { deferred: 1, sent: 2 });
  assert.equal(relay.taken, 2);
  app.clock.advance(HOUR);
  await app.sender.sendDue();
  const poison = app.db.selectFrom('delivery').select(['attempts', 'state']).where('state', '<>', 'sent');
  assert.deepEqual(await poison.execute(), [{ attempts: 2, state: 'deferred' }]);
  app.clock.advance(2 * DAY);
  await app.sender.sendDue();
  assert.deepEqual(await deliveryCounts(app.db), { bounced: 1, sent: 2 });
  assert.equal(app.lines.filter(({ event }) => event === 'relay.away').length, 0);
});

test('a letter that another worker took over meanwhile is left to it', async (t) => {
  const { app, relay, other } = await withRelay(t, (moment) => {
    if (moment === 'RCPT') other.exec(`update delivery set lease_owner = 'another'`);
    return undefined;
  });
  await signUp(app, 'ann@example.org');
  assert.equal(await app.sender.sendDue(), 1);
  assert.equal(relay.taken, 0);
  const row = app.db.selectFrom('delivery').select(['state', 'lease_owner', 'reply']);
  assert.deepEqual(await row.execute(), [{ state: 'claimed', lease_owner: 'another', reply: null }]);
  assert.deepEqual(
    app.lines.map(({ event }) => event).filter((event) => /^(?:letter|relay|bug)/.test(event)),
    ['letter.lost-lease'],
  );
});

test('what became of a letter is not overwritten by who lost it at the last moment', async (t) => {
  const { app, relay, other } = await withRelay(t, (moment) => {
    if (moment === 'dot') other.exec(`update delivery set lease_owner = 'another'`);
    return undefined;
  });
  await signUp(app, 'ann@example.org');
  await app.sender.sendDue();
  assert.equal(relay.taken, 1);
  assert.deepEqual(await deliveryCounts(app.db), { 'at-the-dot': 1 });
  assert.ok(app.lines.some(({ event, outcome }) => event === 'letter.lost-lease' && outcome === 'sent'));
});

test('a digest that was taken is not sent again where that could not be written down', async (t) => {
  const { app, relay, other } = await withRelay(t, (moment, recipient) => {
    if (moment === 'dot' && recipient === 'bob@example.org') other.exec('begin immediate');
    return undefined;
  });
  writeArticle(app.config.contentDir, 'one');
  app.library.reload();
  await addReader(app, 'bob@example.org');
  await app.db.deleteFrom('delivery').execute();
  await makeEdition(app, 'weekly', app.clock.now());
  assert.equal(await app.sender.sendDue(), 1);
  other.exec('rollback');
  await app.sender.recover();
  assert.deepEqual(await deliveryCounts(app.db), { 'at-the-dot': 1 });
  app.clock.advance(6 * MINUTE);
  await app.sender.recover();
  assert.deepEqual(await deliveryCounts(app.db), { uncertain: 1 });
  assert.equal(await app.sender.sendDue(), 0);
  assert.equal(relay.taken, 1);
});
