import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeEdition } from '#core/editions/make-edition.ts';
import { readLetter } from '#core/mail/kept-mail.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { DAY, HOUR, MINUTE } from '#core/platform/clock.ts';
import { subscriberById } from '#core/subscribers/subscriber-rows.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { addReader, signUp } from '../support/readers.ts';
import { letterOf, type SmtpFake, startSmtpFake } from '../support/smtp-fake.ts';
import { openTestApp, type TestApp, type TestAppOptions, writeArticle } from '../support/test-app.ts';

async function withRelay(
  t: TestContext,
  options: TestAppOptions = {},
): Promise<{ app: TestApp; relay: SmtpFake }> {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const app = await openTestApp(t, {
    ...options,
    env: { SMTP_URL: relay.url, MAIL_FROM: 'Watchpost, the desk <news@watchpost.test>', ...options.env },
  });
  writeArticle(app.config.contentDir, 'one', { title: 'Röntgen, “quoted” & <b>', dek: 'A dek.' });
  app.library.reload();
  return { app, relay };
}

async function sendAll(app: TestApp): Promise<void> {
  while ((await app.sender.sendDue()) > 0);
}

test('a confirmation letter comes once, and asks nothing of its reader but one press', async (t) => {
  const { app, relay } = await withRelay(t);
  await signUp(app, 'ann@example.org');
  await sendAll(app);
  await sendAll(app);
  assert.equal(relay.messages.length, 1);
  const [message] = relay.messages;
  assert.ok(message);
  assert.deepEqual(message.to, ['ann@example.org']);
  const letter = letterOf(message.raw);
  assert.match(letter.text, /http:\/\/watchpost\.test\/newsletter\/confirm\/[\w-]{43}\//);
  assert.match(letter.html, /newsletter\/confirm\//);
  assert.equal(letter.headers['auto-submitted'], 'auto-generated');
  assert.match(letter.headers['message-id'] ?? '', /^<confirm\.[\w-]{22}@watchpost\.test>$/);
});

test('a digest has two parts, the list headers, a fixed Message-ID and the postal address', async (t) => {
  const { app, relay } = await withRelay(t);
  const id = await addReader(app, 'ann@example.org');
  await makeEdition(app, 'weekly', app.clock.now());
  await sendAll(app);
  const message = relay.messages.find((one) => /^list-id:/im.test(one.text));
  assert.ok(message);
  const { headers, text, html } = letterOf(message.raw);
  assert.equal(headers['list-id'], '"Watchpost" <newsletter.watchpost.test>');
  assert.match(
    headers['list-unsubscribe'] ?? '',
    /^<http:\/\/watchpost\.test\/newsletter\/unsubscribe\/[\w-]{43}\/>$/,
  );
  assert.equal(headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click');
  assert.equal(headers['message-id'], `<2026-11-24-weekly.${id}@watchpost.test>`);
  assert.match(headers.from ?? '', /Watchpost, the desk.*<news@watchpost\.test>/);
  assert.match(headers.subject ?? '', /Röntgen, “quoted” & <b>/);
  for (const part of [text, html]) {
    for (const piece of [
      '/articles/one/',
      '/newsletter/preferences/',
      '/newsletter/unsubscribe/',
      '/newsletter/editions/2026-11-24-weekly/',
    ]) {
      assert.ok(part.includes(piece), piece);
    }
  }
  assert.match(html, /Röntgen, “quoted” &amp; &lt;b&gt;/);
  assert.doesNotMatch(
    html,
    /<img|<script|http(?!:\/\/watchpost\.test)s?:/,
    'no picture, no script, no other address',
  );
});

test('who leaves between the making and the sending gets nothing, and the row says why', async (t) => {
  const { app, relay } = await withRelay(t);
  const reader = await subscriberById(app.db, await addReader(app, 'ann@example.org'));
  await makeEdition(app, 'weekly', app.clock.now());
  assert.ok(reader);
  await unsubscribe(app, reader, '', 'page');
  await sendAll(app);
  assert.deepEqual(await deliveryCounts(app.db, '2026-11-24-weekly'), { skipped: 1 });
  assert.equal(relay.messages.filter((one) => /^list-id:/im.test(one.text)).length, 0);
});

test('a relay that is away loses nothing: letters wait and go out when it is back', async (t) => {
  const { app, relay } = await withRelay(t);
  await relay.stop();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await signUp(app, `${name}@example.org`);
  for (let i = 0; i < 5; i++) {
    await app.sender.sendDue();
    app.clock.advance(10 * MINUTE);
  }
  const { sent = 0, bounced = 0, deferred = 0, queued = 0 } = await deliveryCounts(app.db);
  assert.deepEqual([sent, bounced, deferred + queued], [0, 0, 7]);
  const back = await startSmtpFake({ port: relay.port });
  t.after(() => back.stop());
  app.clock.advance(HOUR);
  await sendAll(app);
  assert.equal(back.messages.length, 7);
  assert.deepEqual(await deliveryCounts(app.db), { sent: 7 });
});

test('a refused address bounces, a greylisted one is tried again, and neither delays the others', async (t) => {
  const { app, relay } = await withRelay(t);
  relay.refuse((recipient) => {
    if (recipient === 'gone@example.org') return { code: 550, message: '5.1.1 no such user', verb: 'RCPT' };
    if (recipient === 'grey@example.org')
      return { code: 451, message: '4.7.1 come back later', verb: 'RCPT' };
    if (recipient === 'full@example.org') return { code: 552, message: '5.2.2 too large', verb: 'DATA' };
    return undefined;
  });
  for (const name of ['gone', 'grey', 'full', 'fine']) await signUp(app, `${name}@example.org`);
  await sendAll(app);
  assert.deepEqual(await deliveryCounts(app.db), { bounced: 2, deferred: 1, sent: 1 });
  const replies = await app.db.selectFrom('delivery').select(['recipient', 'reply']).execute();
  assert.match(
    replies.find((row) => row.recipient === 'gone@example.org')?.reply ?? '',
    /550 5\.1\.1 no such user/,
  );
  relay.refuse(() => undefined);
  app.clock.advance(5 * MINUTE);
  await sendAll(app);
  assert.deepEqual(await deliveryCounts(app.db), { bounced: 2, sent: 2 });
});

test('a letter that is put off for two days is given up, with the last reply kept', async (t) => {
  const { app, relay } = await withRelay(t);
  relay.refuse(() => ({ code: 450, message: '4.2.0 mailbox busy', verb: 'RCPT' }));
  await signUp(app, 'ann@example.org');
  await sendAll(app);
  app.clock.advance(2 * DAY + HOUR);
  await sendAll(app);
  assert.deepEqual(await deliveryCounts(app.db), { bounced: 1 });
});

test('without a relay letters are kept as files, one each, and can be read back', async (t) => {
  const app = await openTestApp(t);
  await signUp(app, 'ann@example.org');
  await sendAll(app);
  const outbox = path.join(app.config.dataDir, 'outbox');
  const files = readdirSync(outbox);
  assert.equal(files.length, 1);
  const letter = readLetter(readFileSync(path.join(outbox, files[0] ?? '')));
  assert.equal(letter.head('to'), 'ann@example.org');
  assert.match(letter.text, /\/newsletter\/confirm\//);
  assert.match(letter.head('subject'), /^Confirm your subscription/);
});

test('what a dead worker held before the dot is sent again; at the dot a digest is uncertain, a confirmation is not', async (t) => {
  const { app, relay } = await withRelay(t);
  await addReader(app, 'ann@example.org');
  await addReader(app, 'bob@example.org');
  await sendAll(app);
  await makeEdition(app, 'weekly', app.clock.now());
  await signUp(app, 'new@example.org');
  const dead = { lease_owner: 'another-host:1:x', lease_until: '2026-11-24T08:00:00.000Z' };
  const hold = (recipient: string, state: 'claimed' | 'at-the-dot') =>
    app.db
      .updateTable('delivery')
      .set({ ...dead, state })
      .where('recipient', '=', recipient)
      .where('state', '=', 'queued')
      .execute();
  await hold('ann@example.org', 'claimed');
  await hold('bob@example.org', 'at-the-dot');
  await hold('new@example.org', 'at-the-dot');
  const before = relay.messages.length;
  await app.sender.recover();
  await sendAll(app);
  assert.deepEqual(await deliveryCounts(app.db, '2026-11-24-weekly'), { sent: 1, uncertain: 1 });
  assert.deepEqual(
    relay.messages
      .slice(before)
      .map((message) => message.to[0])
      .sort(),
    ['ann@example.org', 'new@example.org'],
  );
});

test('no address, token or link of a reader stands in the log', async (t) => {
  const { app, relay } = await withRelay(t);
  relay.refuse((recipient) =>
    recipient === 'ann@example.org'
      ? { code: 550, message: '5.1.1 <ann@example.org> unknown', verb: 'RCPT' }
      : undefined,
  );
  await signUp(app, 'ann@example.org');
  await signUp(app, 'bob@example.org');
  await sendAll(app);
  assert.doesNotMatch(JSON.stringify(app.lines), /@example\.org|newsletter\/confirm/);
});
