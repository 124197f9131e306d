import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Relay, RelayOutcome } from '#core/mail/relay.ts';
import { smtpSettings } from '#core/mail/smtp/settings.ts';
import { smtpRelay } from '#core/mail/smtp/smtp-relay.ts';
import { certificate, type Script, type Security, startScriptedRelay } from '../support/scripted-relay.ts';

const LETTER = Buffer.from('Subject: Hello\r\n\r\nWords.\r\n');
const ENVELOPE = { from: 'news@watchpost.test', to: 'ann@example.org' };

/** A relay as if it were across a network, under the name relay.test. */
async function acrossNetwork(
  t: TestContext,
  security: Security | undefined,
  script: Script = () => undefined,
) {
  const fake = await startScriptedRelay(t, script, { security, pipelining: true });
  const options = new URLSearchParams({
    requireTLS: 'true',
    'tls.rejectUnauthorized': 'true',
    'tls.servername': 'relay.test',
    'tls.ca': certificate('authority'),
  });
  const relay = smtpRelay(`${fake.url}?${options}`, { setUp: 400 });
  t.after(() => relay.close());
  return { fake, relay };
}

function send(relay: Relay): Promise<RelayOutcome> {
  return relay.send(ENVELOPE, 'id@x', LETTER, async () => true);
}

test('a relay with a sound certificate gets the letter encrypted', async (t) => {
  const { fake, relay } = await acrossNetwork(t, { certificate: 'sound' });
  assert.equal((await send(relay)).state, 'sent');
  assert.equal(fake.taken, 1);
  assert.deepEqual(
    fake.plain.map((line) => line.split(' ')[0]),
    ['EHLO', 'STARTTLS'],
  );
});

const FAULTS: Record<string, { security: Security | undefined; script?: Script }> = {
  'a certificate of another host': { security: { certificate: 'wrong-host' } },
  'a certificate that is over': { security: { certificate: 'expired' } },
  'a certificate that nobody vouches for': { security: { certificate: 'self-signed' } },
  'STARTTLS that somebody has taken out of the conversation': { security: undefined },
  'STARTTLS that is refused': {
    security: { certificate: 'sound' },
    script: (moment) => (moment === 'STARTTLS' ? '454 4.7.0 not now' : undefined),
  },
  'STARTTLS that is not answered': {
    security: { certificate: 'sound' },
    script: (moment) => (moment === 'STARTTLS' ? 'hang' : undefined),
  },
  'a line that is cut at STARTTLS': {
    security: { certificate: 'sound' },
    script: (moment) => (moment === 'STARTTLS' ? 'cut' : undefined),
  },
};

for (const [fault, { security, script }] of Object.entries(FAULTS)) {
  test(`${fault}: everybody waits, and nothing of a letter goes in the clear`, async (t) => {
    const { fake, relay } = await acrossNetwork(t, security, script);
    const outcome = await send(relay);
    assert.deepEqual([outcome.state, 'everyone' in outcome && outcome.everyone], ['deferred', true]);
    assert.equal(fake.taken, 0);
    assert.doesNotMatch(fake.plain.join('\n'), /MAIL|RCPT|DATA|example\.org/);
  });
}

test('encryption is tried where it is not announced, and the letter goes encrypted or not at all', async (t) => {
  const { fake, relay } = await acrossNetwork(t, { certificate: 'sound', announced: false });
  assert.equal((await send(relay)).state, 'sent');
  assert.doesNotMatch(fake.plain.join('\n'), /MAIL|RCPT|DATA/);
});

test('encryption and a sound certificate are asked for of every relay but one on this machine', () => {
  const settings = (url: string) => {
    const { requireTLS, secure, tls } = smtpSettings(url).connection;
    return { requireTLS, secure, certificate: tls?.rejectUnauthorized };
  };
  const asked = { requireTLS: true, secure: false, certificate: true };
  assert.deepEqual(settings('smtp://relay.example.org:587'), asked);
  assert.deepEqual(settings('smtp://127.example.org'), asked);
  assert.deepEqual(settings('smtps://relay.example.org'), { ...asked, requireTLS: false, secure: true });
  for (const local of ['smtp://127.0.0.1:25', 'smtp://[::1]:25', 'smtp://localhost'])
    assert.deepEqual(settings(local), { requireTLS: false, secure: false, certificate: false });
});
