import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { makeEdition } from '#core/editions/make-edition.ts';
import { readDkimSigner, SigningFailed } from '#core/mail/dkim.ts';
import { signatureState } from '#core/mail/dkim-check.ts';
import { EditionFault } from '#core/mail/edition-fault.ts';
import { letterBytes } from '#core/mail/letter-bytes.ts';
import { ConfigError } from '#core/platform/config.ts';
import { DKIM_KEYS, dkimRecordOf, pemOf } from '../support/dkim-keys.ts';
import { addReader, signUp } from '../support/readers.ts';
import { letterOf, startSmtpFake } from '../support/smtp-fake.ts';
import { openTestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';

function keyFile(t: TestContext, pem: string): string {
  const file = path.join(temporaryFolder(t), 'dkim.pem');
  writeFileSync(file, pem);
  return file;
}

/** A confirmation, and a letter of an edition to a reader with a phrase, as they come over the wire. */
async function sentLetters(t: TestContext, file: string): Promise<{ single: Buffer; ofEdition: Buffer }> {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const env = {
    SMTP_URL: relay.url,
    DKIM_DOMAIN: 'watchpost.test',
    DKIM_SELECTOR: 's1',
    DKIM_KEY: file,
    MAIL_FROM: 'Über <news@watchpost.test>',
    RETURN_PATH: 'on',
  };
  const app = await openTestApp(t, { env });
  writeArticle(app.config.contentDir, 'one', {
    title: 'Röntgen:  two   blanks',
    dek: 'שלום. Ends with a blank ',
  });
  app.library.reload();
  await signUp(app, 'ann@example.org');
  while ((await app.sender.sendDue()) > 0);
  const single = relay.messages[0]?.raw;
  const id = await addReader(app, 'bob@example.org');
  await app.db.updateTable('subscriber').set({ phrase: 'blå  häger' }).where('id', '=', id).execute();
  await makeEdition(app, 'weekly', app.clock.now());
  while ((await app.sender.sendDue()) > 0);
  const ofEdition = relay.messages.find(({ text }) => /^List-Id:/m.test(text))?.raw;
  assert.ok(single && ofEdition);
  return { single, ofEdition };
}

function verifierFor(record: string): (message: Buffer) => Promise<string[]> {
  const resolver = async () => [[record]];
  return async (message) =>
    (await dkimVerify(message, { resolver })).results.map((result) => result.status.result);
}

const changed = (message: Buffer, from: string | RegExp, to: string): Buffer => {
  const text = message.toString('latin1');
  assert.match(text, from instanceof RegExp ? from : new RegExp(from));
  return Buffer.from(text.replace(from, to), 'latin1');
};

for (const [kind, newKeys] of Object.entries(DKIM_KEYS)) {
  test(`letters signed with ${kind} pass an independent verifier, and any change to one breaks it`, async (t) => {
    const { privateKey, publicKey } = newKeys();
    const file = keyFile(t, pemOf(privateKey));
    const signer = readDkimSigner({ domain: 'watchpost.test', selector: 's1', keyFile: file });
    const verdicts = verifierFor(dkimRecordOf(publicKey));
    for (const raw of Object.values(await sentLetters(t, file))) {
      assert.deepEqual(await verdicts(raw), ['pass']);
      assert.equal(signatureState(raw, signer), 'holds');
      assert.match(letterOf(raw).headers['dkim-signature'] ?? '', /d=watchpost\.test; ?s=s1/);
      const fields = raw
        .toString('latin1')
        .split('\r\n\r\n', 1)[0]
        ?.split(/\r\n(?![ \t])/)
        .filter((field) => !field.startsWith('DKIM-Signature'));
      assert.ok(fields && fields.length >= 9);
      for (const field of fields) {
        const name = field.slice(0, field.indexOf(':'));
        const tampered = changed(raw, `\r\n${name}: `, `\r\n${name}: x`);
        assert.notDeepEqual(await verdicts(tampered), ['pass'], `${name} is signed`);
        assert.equal(signatureState(tampered, signer), 'broken', name);
      }
      for (const tampered of [
        changed(raw, 'newsletter', 'newsletters'),
        Buffer.concat([Buffer.from('From: Someone <else@example.org>\r\n'), raw]),
      ]) {
        assert.notDeepEqual(await verdicts(tampered), ['pass']);
        assert.equal(signatureState(tampered, signer), 'broken');
      }
      assert.equal(
        signatureState(Buffer.from(raw.toString('latin1').replace(/\r\n/g, '\n'), 'latin1'), signer),
        'holds',
      );
      const others = readDkimSigner({
        domain: 'watchpost.test',
        selector: 's1',
        keyFile: keyFile(t, pemOf(newKeys().privateKey)),
      });
      assert.equal(signatureState(raw, others), 'broken', 'by another’s key');
      assert.equal(signatureState(raw, { ...signer, selector: 's2' }), 'none');
    }
  });
}

test('a letter of an edition carries the headers of its list, all of them signed', async (t) => {
  const { privateKey } = DKIM_KEYS.ed25519();
  const { headers } = letterOf((await sentLetters(t, keyFile(t, pemOf(privateKey)))).ofEdition);
  const signed =
    /h=([^;]*);/
      .exec(headers['dkim-signature'] ?? '')?.[1]
      ?.replace(/\s/g, '')
      .split(':') ?? [];
  const expected = [
    ...[
      'from',
      'to',
      'subject',
      'date',
      'message-id',
      'mime-version',
      'content-type',
      'list-id',
      'list-archive',
    ],
    ...['list-unsubscribe', 'list-unsubscribe-post', 'feedback-id', 'precedence'],
  ];
  assert.deepEqual(
    Object.keys(headers)
      .filter((name) => name !== 'dkim-signature')
      .sort(),
    expected.sort(),
  );
  assert.deepEqual([...signed].sort(), [...expected, 'from'].sort(), 'From once more than it stands there');
  assert.equal(headers['feedback-id'], '2026-11-24-weekly:digest:newsletter:watchpost.test');
  assert.match(
    headers['list-unsubscribe'] ?? '',
    /^<http:\/\/watchpost\.test\/newsletter\/unsubscribe\/[\w-]{43}\/>, <mailto:bounces\+\d+\.[0-9a-f]{10}@watchpost\.test\?subject=unsubscribe>$/,
  );
});

test('a key that cannot sign stops the start, and its words are not repeated', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
  for (const pem of ['no key at all', weak]) {
    await assert.rejects(
      sentLetters(t, keyFile(t, pem)),
      (error: unknown) =>
        error instanceof ConfigError &&
        /DKIM_KEY should be/.test(error.message) &&
        !error.message.includes('no key at all'),
    );
  }
});

test('where signing was asked for and fails, there is no letter, and the fault is one that stops the edition', async () => {
  const letter = {
    ...{
      from: { name: '', address: 'news@watchpost.test' },
      to: 'ann@example.org',
      subject: 'A',
      messageId: 'a@b',
    },
    ...{ date: new Date('2026-11-24T09:00:00Z'), text: 'a', html: 'b', headers: {} },
  };
  const x25519 = createPrivateKey(pemOf(generateKeyPairSync('x25519').privateKey));
  for (const key of [x25519, createPublicKey(x25519)]) {
    await assert.rejects(
      letterBytes(letter, { domain: 'watchpost.test', selector: 's1', key }, letter.date),
      (error: unknown) => error instanceof SigningFailed && error instanceof EditionFault,
    );
  }
});
