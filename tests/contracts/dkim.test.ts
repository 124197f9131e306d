import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { ConfigError } from '#core/platform/config.ts';
import { signUp } from '../support/readers.ts';
import { letterOf, startSmtpFake } from '../support/smtp-fake.ts';
import { openTestApp, temporaryFolder } from '../support/test-app.ts';

const KEYS = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync('ed25519'),
};

function keyFile(t: TestContext, pem: string): string {
  const file = path.join(temporaryFolder(t), 'dkim.pem');
  writeFileSync(file, pem);
  return file;
}

async function sentLetter(t: TestContext, pem: string): Promise<Buffer> {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const env = {
    SMTP_URL: relay.url,
    DKIM_DOMAIN: 'watchpost.test',
    DKIM_SELECTOR: 's1',
    DKIM_KEY: keyFile(t, pem),
    MAIL_FROM: 'Über <news@watchpost.test>',
  };
  const app = await openTestApp(t, { env });
  await signUp(app, 'ann@example.org');
  await app.sender.sendDue();
  const [message] = relay.messages;
  assert.ok(message);
  return message.raw;
}

for (const [kind, newKeys] of Object.entries(KEYS)) {
  test(`a letter signed with ${kind} passes an independent verifier, and a changed one does not`, async (t) => {
    const { privateKey, publicKey } = newKeys();
    const raw = await sentLetter(t, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const der = publicKey.export({ type: 'spki', format: 'der' }) as Buffer;
    const p = (kind === 'ed25519' ? der.subarray(-32) : der).toString('base64');
    const resolver = async () => [[`v=DKIM1; k=${kind}; p=${p}`]];
    const results = async (message: Buffer) =>
      (await dkimVerify(message, { resolver })).results.map((result) => result.status.result);
    assert.deepEqual(await results(raw), ['pass']);
    assert.match(letterOf(raw).headers['dkim-signature'] ?? '', /d=watchpost\.test; s=s1/);
    const changed = Buffer.from(
      raw.toString('latin1').replace('Subject: Confirm', 'Subject: Disconfirm'),
      'latin1',
    );
    assert.deepEqual(await results(changed), ['fail']);
    const forged = Buffer.concat([Buffer.from('From: Someone <else@example.org>\r\n'), raw]);
    assert.notDeepEqual(await results(forged), ['pass'], 'a second From breaks it');
  });
}

test('a key that cannot sign stops the start, and its words are not repeated', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
  for (const pem of ['no key at all', weak]) {
    await assert.rejects(
      sentLetter(t, pem),
      (error: unknown) =>
        error instanceof ConfigError &&
        /DKIM_KEY should be/.test(error.message) &&
        !error.message.includes('no key at all'),
    );
  }
});
