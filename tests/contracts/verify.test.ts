import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeEdition } from '#core/editions/make-edition.ts';
import { verifyLetter } from '#core/editions/verify.ts';
import { readDkimSigner } from '#core/mail/dkim.ts';
import { DKIM_KEYS, pemOf } from '../support/dkim-keys.ts';
import { addReader, signUp } from '../support/readers.ts';
import { startSmtpFake } from '../support/smtp-fake.ts';
import { openTestApp, type TestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';

interface Post {
  app: TestApp;
  /** What Ann got of an edition, and her confirmation. */
  letter: Buffer;
  confirmation: Buffer;
  /** What came of looking at a letter: the verdict, then what spoke against it. */
  look(bytes: Buffer): Promise<string[]>;
}

async function post(t: TestContext, { isSigned = true } = {}): Promise<Post> {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const file = path.join(temporaryFolder(t), 'dkim.pem');
  writeFileSync(file, pemOf(DKIM_KEYS.ed25519().privateKey));
  const dkim = { DKIM_DOMAIN: 'watchpost.test', DKIM_SELECTOR: 's1', DKIM_KEY: file };
  const env = { SMTP_URL: relay.url, MAIL_FROM: 'news@watchpost.test', ...(isSigned ? dkim : {}) };
  const app = await openTestApp(t, { env });
  writeArticle(app.config.contentDir, 'one', {
    title: 'Röntgen',
    dek: 'A long dek that is told. '.repeat(4),
  });
  writeArticle(app.config.contentDir, 'two', { topics: ['cloud'] });
  app.library.reload();
  await signUp(app, 'Ann@example.org');
  await app.sender.sendDue();
  const id = await addReader(app, 'Ann@example.org');
  await addReader(app, 'bob@example.org', { topics: ['cloud'] });
  await app.db.updateTable('subscriber').set({ phrase: 'blå & häger' }).where('id', '=', id).execute();
  await makeEdition(app, 'weekly', app.clock.now());
  while ((await app.sender.sendDue()) > 0);
  const toAnn = relay.messages.filter(({ to }) => to[0] === 'Ann@example.org').map(({ raw }) => raw);
  const letter = toAnn.find((raw) => raw.includes('List-Id'));
  const confirmation = toAnn.find((raw) => raw.includes('Subject: Confirm'));
  assert.ok(letter && confirmation);
  const signer = app.config.dkim && readDkimSigner(app.config.dkim);
  const look = async (bytes: Buffer) => {
    const verdict = await verifyLetter(app, signer, bytes);
    const against = verdict.state === 'unreadable' ? [] : verdict.checks.filter(({ holds }) => !holds);
    return [verdict.state, ...against.map(({ text }) => text)];
  };
  return { app, letter, confirmation, look };
}

const changed = (bytes: Buffer, from: string | RegExp, to: string) => {
  const text = bytes.toString('latin1');
  assert.notEqual(text.replace(from, to), text);
  return Buffer.from(text.replace(from, to), 'latin1');
};

test('a letter as it was sent is ours, also as a mail program saved it', async (t) => {
  const { letter, confirmation, look } = await post(t);
  assert.deepEqual(await look(letter), ['ours']);
  assert.deepEqual(await look(confirmation), ['ours']);
  const saved = Buffer.concat([
    Buffer.from('Return-Path: <x@y.z>\nReceived: from a by b\nDelivered-To: ann@example.org\n'),
    Buffer.from(letter.toString('latin1').replace(/\r\n/g, '\n'), 'latin1'),
  ]);
  assert.deepEqual(await look(saved), ['ours']);
});

test('a letter with one word or one link changed is not ours', async (t) => {
  const { letter, look } = await post(t);
  const word = await look(changed(letter, 'dek that is told', 'dek that is sold'));
  assert.equal(word[0], 'not-ours');
  assert.match(word.join('\n'), /changed since it was signed.*does not say what the edition/s);
  const link = await look(
    changed(
      letter,
      /href=3D"http:\/\/watchpost\.test\/articles\/one/,
      'href=3D"http://evil.test/articles/one',
    ),
  );
  assert.match(link.join('\n'), /changed since.*Its links or its looks/s);
  assert.doesNotMatch(link.join('\n'), /does not say/, 'the words are the same');
});

test('a letter to somebody else, or with a Message-ID that we never gave, is not ours', async (t) => {
  const { letter, look } = await post(t);
  assert.match(
    (await look(changed(letter, 'To: Ann@', 'To: Eve@'))).join('\n'),
    /^not-ours.*to another address/s,
  );
  assert.match(
    (await look(changed(letter, /Message-ID: <2/, 'Message-ID: <3'))).join('\n'),
    /^not-ours.*no letter with this Message-ID/s,
  );
});

test('a forgery without our signature is not ours, whatever it says', async (t) => {
  const { letter, confirmation, look } = await post(t);
  const unsigned = changed(letter, /^DKIM-Signature: (?:[^\r]|\r\n[ \t])*\r\n(?=\S)/, '');
  assert.deepEqual(await look(unsigned), ['not-ours', 'It is not signed by us; every letter of ours is.']);
  assert.equal((await look(changed(confirmation, 'newsletter', 'evilletter')))[0], 'not-ours');
});

test('where nothing is signed, an edition’s letter is known by what it says, and a single one by nothing', async (t) => {
  const { letter, confirmation, look } = await post(t, { isSigned: false });
  assert.deepEqual(await look(letter), ['ours']);
  assert.equal((await look(changed(letter, 'dek that is told', 'dek that is sold')))[0], 'not-ours');
  assert.match((await look(confirmation)).join('\n'), /^not-ours.*only known by our signature/s);
});

test('whoever changed their phrase or left since had a letter of ours all the same', async (t) => {
  const { app, letter, look } = await post(t);
  await app.db.updateTable('subscriber').set({ phrase: 'another', state: 'unsubscribed' }).execute();
  assert.deepEqual(await look(letter), ['ours']);
});

test('what is no letter cannot be read', async (t) => {
  const { look } = await post(t);
  for (const bytes of [Buffer.alloc(0), Buffer.from('Hello'), Buffer.from([0, 255, 1, 254])])
    assert.deepEqual(await look(bytes), ['unreadable']);
});
