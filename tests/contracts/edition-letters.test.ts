import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import PostalMime from 'postal-mime';
import { editionLetters } from '#core/editions/edition-letters.ts';
import { houseOf } from '#core/editions/house.ts';
import { makeEdition, plannedEdition } from '#core/editions/make-edition.ts';
import { sendTest } from '#core/editions/send-test.ts';
import type { ReadyLetter } from '#core/mail/ready-letter.ts';
import { deliveryOfVerp } from '#core/mail/verp.ts';
import { AppError } from '#core/platform/errors.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { addReader } from '../support/readers.ts';
import { startSmtpFake } from '../support/smtp-fake.ts';
import { openTestApp, type TestApp, writeArticle } from '../support/test-app.ts';

async function editionFor(t: TestContext, readers: readonly string[]): Promise<TestApp> {
  const env = { MAIL_FROM: 'Watchpost <news@watchpost.test>', RETURN_PATH: 'on' };
  const app = await openTestApp(t, { env });
  writeArticle(app.config.contentDir, 'one', { topics: ['cloud'] });
  writeArticle(app.config.contentDir, 'two', { topics: ['phishing'] });
  app.library.reload();
  for (const email of readers)
    await addReader(app, email, email.startsWith('cloud') ? { topics: ['cloud'] } : {});
  await makeEdition(app, 'weekly', app.clock.now());
  return app;
}

async function lettersOf(app: TestApp): Promise<Map<string, ReadyLetter | { skip: string }>> {
  const rows = await app.db.selectFrom('delivery').selectAll().where('edition_id', 'is not', null).execute();
  const houseNow = async () => houseOf(app.library.site, app.siteUrl);
  const make = editionLetters({ ...app, houseNow }, undefined);
  return new Map(await Promise.all(rows.map(async (row) => [row.recipient, await make(row)] as const)));
}

function ready(letter: ReadyLetter | { skip: string } | undefined): ReadyLetter {
  assert.ok(letter && 'bytes' in letter);
  return letter;
}

test('each reader’s letter has their own address, links, phrase and stories, and nobody else’s', async (t) => {
  const app = await editionFor(t, ['ann@example.org', 'bob@example.org', 'cloud@example.org']);
  await app.db
    .updateTable('subscriber')
    .set({ phrase: 'heron' })
    .where('email', '=', 'ann@example.org')
    .execute();
  const letters = await lettersOf(app);
  const ids = new Map(
    (await app.db.selectFrom('subscriber').select(['id', 'email']).execute()).map(({ id, email }) => [
      email,
      id,
    ]),
  );
  for (const [email, letter] of letters) {
    const { envelope, bytes } = ready(letter);
    const { text = '', html = '', to, messageId } = await PostalMime.parse(bytes);
    assert.equal(envelope.to, email);
    assert.deepEqual(
      to?.map(({ address }) => address),
      [email],
    );
    assert.equal(messageId, `<2026-11-24-weekly.${ids.get(email)}@watchpost.test>`);
    for (const part of [text, html]) {
      for (const purpose of ['unsubscribe', 'preferences', 'comment'] as const) {
        const own = new URL(
          `/newsletter/${purpose}/${derivedToken(app.secret, purpose, ids.get(email) ?? '')}/`,
          app.siteUrl,
        );
        assert.deepEqual(
          new Set(part.match(new RegExp(`http\\S*/newsletter/${purpose}/[\\w-]+/`, 'g'))),
          new Set([own.href]),
        );
      }
      assert.equal(/heron/.test(part), email === 'ann@example.org');
      assert.equal(/Title of two/.test(part), email !== 'cloud@example.org');
      assert.deepEqual(new Set(part.match(/\w+@example\.org/g)), new Set([email]));
    }
  }
});

test('what comes back of a letter names its delivery', async (t) => {
  const app = await editionFor(t, ['ann@example.org']);
  const { id } = await app.db
    .selectFrom('delivery')
    .select('id')
    .where('edition_id', 'is not', null)
    .executeTakeFirstOrThrow();
  const { envelope, bytes } = ready((await lettersOf(app)).get('ann@example.org'));
  assert.equal(deliveryOfVerp(app, envelope.from), id);
  assert.ok(bytes.includes(`<mailto:${envelope.from}?subject=unsubscribe>`));
});

test('whoever left or was erased since gets none, and the row can say why', async (t) => {
  const app = await editionFor(t, ['ann@example.org', 'bob@example.org', 'eve@example.org']);
  await app.db
    .updateTable('subscriber')
    .set({ state: 'unsubscribed' })
    .where('email', '=', 'ann@example.org')
    .execute();
  await app.db
    .updateTable('delivery')
    .set({ subscriber_id: null })
    .where('recipient', '=', 'bob@example.org')
    .execute();
  const letters = await lettersOf(app);
  assert.deepEqual(letters.get('ann@example.org'), { skip: 'unsubscribed meanwhile' });
  assert.deepEqual(letters.get('bob@example.org'), { skip: 'the subscriber was erased meanwhile' });
  ready(letters.get('eve@example.org'));
});

test('a new reader is welcomed with the latest digest, their phrase and the way out', async (t) => {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const app = await openTestApp(t, { env: { SMTP_URL: relay.url, MAIL_FROM: 'news@watchpost.test' } });
  writeArticle(app.config.contentDir, 'one', { topics: ['cloud'] });
  writeArticle(app.config.contentDir, 'two', { topics: ['phishing'] });
  app.library.reload();
  await addReader(app, 'old@example.org');
  await makeEdition(app, 'weekly', app.clock.now());
  const id = await addReader(app, 'new@example.org', { topics: ['cloud'] });
  await app.db.updateTable('subscriber').set({ phrase: 'heron' }).where('id', '=', id).execute();
  while ((await app.sender.sendDue()) > 0);
  const welcomes = relay.messages.filter(({ text }) => text.includes('Message-ID: <welcome.'));
  const message = welcomes.find(({ to }) => to[0] === 'new@example.org');
  const before = welcomes.find(({ to }) => to[0] === 'old@example.org');
  const { text: early = '' } = await PostalMime.parse(before?.raw ?? '');
  assert.match(early, /Welcome|thank you/);
  assert.doesNotMatch(early, /Title of/, 'the digest made since they confirmed comes by itself');
  const { text = '', html = '', headers } = await PostalMime.parse(message?.raw ?? '');
  for (const part of [text, html]) {
    assert.match(part, /Title of one/);
    assert.doesNotMatch(part, /Title of two/);
    for (const piece of [
      'heron',
      '/newsletter/unsubscribe/',
      '/newsletter/preferences/',
      '/newsletter/genuine/',
    ])
      assert.ok(part.includes(piece), piece);
  }
  const value = (name: string) => headers.find(({ key }) => key === name)?.value;
  assert.equal(value('auto-submitted'), 'auto-generated');
  assert.match(value('list-unsubscribe') ?? '', /\/newsletter\/unsubscribe\//);
});

test('a test goes to one address, looks like the real one, and leaves no trace in the books', async (t) => {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const app = await openTestApp(t, { env: { SMTP_URL: relay.url, MAIL_FROM: 'news@watchpost.test' } });
  writeArticle(app.config.contentDir, 'one');
  app.library.reload();
  await addReader(app, 'ann@example.org');
  await app.db.deleteFrom('delivery').execute();
  const planned = await plannedEdition(app, 'weekly', app.clock.now());
  assert.ok(planned.state === 'made' && planned.variants[0]);
  const outcome = await sendTest(app, planned.edition, planned.variants[0], 'editor@example.org');
  assert.equal(outcome.state, 'sent');
  const [message] = relay.messages;
  assert.deepEqual(message?.to, ['editor@example.org']);
  const { subject, text = '' } = await PostalMime.parse(message?.raw ?? '');
  assert.equal(subject, 'Test: Watchpost weekly: Title of one');
  assert.match(text, /an example phrase.*Title of one/s);
  assert.doesNotMatch(message?.text ?? '', /ann@example\.org/);
  assert.equal((await app.db.selectFrom('delivery').select('id').execute()).length, 0);
  await assert.rejects(
    sendTest(app, planned.edition, planned.variants[0], 'a@example.org, b@example.org'),
    (error: unknown) => error instanceof AppError && error.code === 'invalid',
  );
});
