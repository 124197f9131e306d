import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { verpAddress } from '#core/mail/verp.ts';
import { readBounceMailbox } from '#core/subscribers/read-bounce-mailbox.ts';
import { block, message, statusReport } from '../support/bounce-messages.ts';
import { type ImapFake, type ImapFakeOptions, startImapFake } from '../support/imap-fake.ts';
import { addDelivery, addSubscribers, NOW } from '../support/rows.ts';
import { openTestApp } from '../support/test-app.ts';

/** An app that reads a mailbox, with a reader to whom a letter was sent, and a bounce of it. */
async function appWithMailbox(t: TestContext, options: ImapFakeOptions = {}) {
  const imap = await startImapFake(t, options);
  const app = await openTestApp(t, { now: NOW, env: { BOUNCE_IMAP_URL: imap.url } });
  await addSubscribers(app.db, ['ann']);
  await addDelivery(app.db, 'ann', { state: 'sent' });
  const dead = block({
    'Final-Recipient': 'rfc822; ann@example.org',
    Status: '5.1.1',
    'Diagnostic-Code': 'smtp; 550 5.1.1 unknown',
  });
  const bounce = statusReport([dead], { to: verpAddress(app, 'news.test', 1) });
  const reader = () => app.db.selectFrom('subscriber').select('state').executeTakeFirstOrThrow();
  return { app, imap, bounce, reader };
}

function flagsIn(imap: ImapFake, folder: string): string[][] | undefined {
  return imap.folders.get(folder)?.map(({ flags }) => [...flags]);
}

const OTHER = message({ From: 'a@example.org', To: 'bounces@news.test', Subject: 'Hello' }, 'Hello.');

for (const canMove of [true, false])
  test(`messages are taken from a mailbox and put away, ${canMove ? 'moved' : 'copied and deleted'}`, async (t) => {
    const { app, imap, bounce, reader } = await appWithMailbox(t, { canMove });
    imap.put(bounce);
    imap.put(OTHER);
    assert.equal(await readBounceMailbox(app), 2);
    assert.equal((await reader()).state, 'unsubscribed');
    assert.deepEqual(flagsIn(imap, 'INBOX'), []);
    assert.equal(flagsIn(imap, 'Watchpost/Done')?.length, 2);
    assert.equal(await readBounceMailbox(app), 0);
  });

test('over TLS the server on this machine may have signed its certificate itself', async (t) => {
  const { app, imap, bounce, reader } = await appWithMailbox(t, { isSecure: true });
  assert.match(imap.url, /^imaps:/);
  imap.put(bounce);
  assert.equal(await readBounceMailbox(app), 1);
  assert.equal((await reader()).state, 'unsubscribed');
});

test('where no folder may be made, what was taken is marked as read', async (t) => {
  const { app, imap, bounce } = await appWithMailbox(t, { canCreate: false });
  imap.put(bounce);
  assert.equal(await readBounceMailbox(app), 1);
  assert.deepEqual(flagsIn(imap, 'INBOX'), [['\\Seen']]);
  assert.equal(await readBounceMailbox(app), 0);
});

test('a message of many megabytes is read as far as a report goes', async (t) => {
  const { app, imap, bounce, reader } = await appWithMailbox(t);
  imap.put(Buffer.concat([bounce, Buffer.alloc(8 * 1024 * 1024, 'x')]));
  assert.equal(await readBounceMailbox(app), 1);
  assert.equal((await reader()).state, 'unsubscribed');
  assert.ok(imap.heard.some((command) => command.includes('BODY.PEEK[]<0.262144>')));
});

test('a message that cannot be taken is flagged and not read again; those behind it are', async (t) => {
  const { app, imap, bounce, reader } = await appWithMailbox(t);
  imap.put(Buffer.from(`Message-ID: <breaks@x>\r\n${bounce}`));
  imap.put(bounce);
  let calls = 0;
  const clock = {
    now: () => {
      if (++calls === 1) throw new Error('it breaks');
      return app.clock.now();
    },
  };
  assert.equal(await readBounceMailbox({ ...app, clock }), 2);
  assert.deepEqual(flagsIn(imap, 'INBOX'), [['\\Flagged']]);
  assert.equal((await reader()).state, 'unsubscribed');
  assert.equal(app.lines.filter(({ event }) => event === 'bug.bounce').length, 1);
  assert.equal(await readBounceMailbox(app), 0);
});

test('where the database is away, messages stay as they were', async (t) => {
  const { app, imap, bounce } = await appWithMailbox(t);
  imap.put(bounce);
  const other = await openTestApp(t);
  await other.db.destroy();
  await assert.rejects(readBounceMailbox({ ...app, db: other.db }));
  assert.deepEqual(flagsIn(imap, 'INBOX'), [[]]);
});

test('a mailbox that refuses or is away is noted without its address, user or password', async (t) => {
  const { app, imap } = await appWithMailbox(t);
  const wrong = new URL(imap.url);
  wrong.password = 'a-wrong-one';
  const gone = new URL(imap.url);
  gone.port = '1';
  const folder = new URL(imap.url);
  folder.pathname = '/Nowhere';
  for (const bounceMailbox of [wrong, gone, folder])
    assert.equal(await readBounceMailbox({ ...app, config: { ...app.config, bounceMailbox } }), 0);
  const noted = app.lines.filter(({ event }) => event === 'bounces.mailbox-away');
  assert.equal(noted.length, 3);
  assert.equal(noted[0]?.reason, 'it refuses the user or the password');
  assert.equal(noted[1]?.reason, 'ECONNREFUSED');
  assert.doesNotMatch(JSON.stringify(app.lines), /a-wrong-one|the-password|watchpost@|127\.0\.0\.1/);
});

test('stopping ends a visit under way, and is no fault to note', async (t) => {
  const { app, imap, bounce } = await appWithMailbox(t);
  imap.put(bounce);
  const stopping = new AbortController();
  imap.folders.get = () => {
    stopping.abort();
    return undefined;
  };
  assert.equal(await readBounceMailbox(app, stopping.signal), 0);
  assert.deepEqual(
    app.lines.filter(({ event }) => event === 'bounces.mailbox-away'),
    [],
  );
});
