import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type SnsMessage, signedText } from '#core/mail/bounces/sns-message.ts';
import { SnsTopic } from '#core/mail/bounces/sns-topic.ts';
import { takePostmarkPost, takeSesPost } from '#core/subscribers/take-webhook.ts';
import { selfSigned } from '../support/certificate.ts';
import { addDelivery, addSubscribers, NOW } from '../support/rows.ts';
import { openTestApp } from '../support/test-app.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:bounces';
const CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem';
const SUBSCRIBE_URL = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
const YEAR = { from: '2026-06-01T00:00:00Z', to: '2027-06-01T00:00:00Z' };
const amazon = selfSigned('sns.amazonaws.com', YEAR);
const forger = selfSigned('sns.amazonaws.com', YEAR);
const expired = selfSigned('sns.amazonaws.com', { from: '2024-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' });

/** A post of SNS as Amazon would sign it; what a test gives is in it before, what it changes after. */
function post(given: Partial<SnsMessage>, { signer = amazon, changed = {} } = {}): string {
  const message = {
    Type: 'Notification',
    MessageId: 'id-1',
    TopicArn: ARN,
    Message: '{}',
    Timestamp: NOW,
    SignatureVersion: '2',
    Signature: '',
    SigningCertURL: CERTIFICATE_URL,
    ...given,
  } as SnsMessage;
  const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = createSign(algorithm).update(signedText(message)).sign(signer.privateKey, 'base64');
  return JSON.stringify({ ...message, Signature: signature, ...changed });
}

/** An app whose topic asks this test for its certificates; what it visited. */
async function subscribedApp(t: TestContext, certificate = amazon.pem) {
  const app = await openTestApp(t, { now: NOW, env: { POSTMARK_WEBHOOK_SECRET: 'a-secret-of-sixteen' } });
  await addSubscribers(app.db, ['ann', 'bob']);
  const visited: string[] = [];
  const fetch = async (url: unknown) => {
    visited.push(String(url));
    return new Response(String(url).endsWith('.pem') ? certificate : 'ok');
  };
  const sns = new SnsTopic({ arn: ARN, clock: app.clock, fetch: fetch as typeof globalThis.fetch });
  const readers = async () => {
    const rows = await app.db.selectFrom('subscriber').select(['id', 'state']).orderBy('id').execute();
    return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
  };
  return { app: Object.assign(app, { sns }), visited, readers };
}

function sesBounce(
  type: string,
  subtype: string,
  recipient: Record<string, string>,
  mail: object = {},
): string {
  return JSON.stringify({
    notificationType: 'Bounce',
    mail,
    bounce: { bounceType: type, bounceSubType: subtype, bouncedRecipients: [recipient] },
  });
}

const ANN = { emailAddress: 'ann@example.org' };

test('a bounce that Amazon signed suppresses the address it names, by either signature', async (t) => {
  for (const SignatureVersion of ['1', '2'] as const) {
    const { app, readers } = await subscribedApp(t);
    const Message = sesBounce('Permanent', 'General', {
      ...ANN,
      status: '5.1.1',
      diagnosticCode: 'smtp; 550 5.1.1 user unknown',
    });
    assert.equal(await takeSesPost(app, post({ Message, SignatureVersion, Subject: 'Amazon SES' })), 'taken');
    assert.deepEqual(await readers(), { ann: 'unsubscribed', bob: 'confirmed' });
  }
});

test('what Amazon did not sign, or not for our topic, changes nothing', async (t) => {
  const { app, readers, visited } = await subscribedApp(t);
  const Message = sesBounce('Permanent', 'NoEmail', ANN);
  const elsewhere = [
    'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
    'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
    'http://sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
    'https://user@sns.eu-west-1.amazonaws.com/a.pem',
    'https://sns.us-east-1.amazonaws.com/a.pem',
    'https://s3.eu-west-1.amazonaws.com/a.pem',
    'nonsense',
  ];
  const forgeries = [
    ...elsewhere.map((SigningCertURL) => post({ Message, SigningCertURL })),
    post({ Message, TopicArn: 'arn:aws:sns:eu-west-1:999999999999:bounces' }),
  ];
  for (const body of forgeries) assert.equal(await takeSesPost(app, body), 'forged', body);
  assert.deepEqual(visited, [], 'no address but Amazon’s own is visited');
  const wrong = [
    post({ Message }, { signer: forger }),
    post({ Message: '{}' }, { changed: { Message } }),
    post({ Message }, { changed: { MessageId: 'id-2' } }),
    post({ Message }, { changed: { Signature: '' } }),
    '{}',
    'not JSON',
  ];
  for (const body of wrong) assert.equal(await takeSesPost(app, body), 'forged', body);
  assert.deepEqual(await readers(), { ann: 'confirmed', bob: 'confirmed' });
});

test('a certificate whose time is over, or that is none, is not believed', async (t) => {
  for (const [certificate, signer] of [
    [expired.pem, expired],
    ['<html>', amazon],
  ] as const) {
    const { app } = await subscribedApp(t, certificate);
    assert.equal(
      await takeSesPost(app, post({ Message: sesBounce('Permanent', 'NoEmail', ANN) }, { signer })),
      'forged',
    );
  }
});

test('the certificate is fetched once, and a subscription is confirmed at Amazon alone', async (t) => {
  const { app, visited } = await subscribedApp(t);
  const asking = { Type: 'SubscriptionConfirmation', Token: 't', Message: 'You have chosen …' } as const;
  assert.equal(await takeSesPost(app, post({ ...asking, SubscribeURL: SUBSCRIBE_URL })), 'taken');
  assert.equal(await takeSesPost(app, post({ ...asking, SubscribeURL: 'https://evil.example/' })), 'forged');
  assert.equal(await takeSesPost(app, post({ ...asking, Type: 'UnsubscribeConfirmation' })), 'taken');
  assert.deepEqual(visited, [CERTIFICATE_URL, SUBSCRIBE_URL]);
});

test('Amazon being away is no forgery: it is asked to come again', async (t) => {
  const { app } = await subscribedApp(t);
  const fetch = async () => Promise.reject(new TypeError('fetch failed'));
  const sns = new SnsTopic({ arn: ARN, clock: app.clock, fetch });
  await assert.rejects(takeSesPost({ ...app, sns }, post({})), { code: 'unavailable' });
});

test('a notification that comes twice counts once', async (t) => {
  const { app } = await subscribedApp(t);
  const body = post({ Message: sesBounce('Transient', 'MailboxFull', { ...ANN, status: '5.2.2' }) });
  for (const _ of [1, 2]) assert.equal(await takeSesPost(app, body), 'taken');
  const rows = await app.db.selectFrom('bounce').select(['kind', 'status', 'message_hash']).execute();
  assert.deepEqual(rows, [{ kind: 'soft', status: '5.2.2', message_hash: 'sns:id-1' }]);
});

test('what SES calls permanent is hard unless the server’s words speak of something else', async (t) => {
  const { app } = await subscribedApp(t);
  let id = 0;
  const kind = async (...bounce: Parameters<typeof sesBounce>) => {
    await takeSesPost(app, post({ MessageId: `id-${++id}`, Message: sesBounce(...bounce) }));
    const row = await app.db
      .selectFrom('bounce')
      .select('kind')
      .where('message_hash', '=', `sns:id-${id}`)
      .executeTakeFirst();
    return row?.kind ?? 'none';
  };
  const spam = { ...ANN, status: '5.7.1', diagnosticCode: 'smtp; 550 5.7.1 rejected as spam' };
  assert.equal(await kind('Permanent', 'General', spam), 'soft');
  assert.equal(await kind('Permanent', 'OnAccountSuppressionList', spam), 'hard');
  assert.equal(await kind('Permanent', 'General', ANN), 'hard');
  assert.equal(await kind('Undetermined', 'Undetermined', { ...ANN, status: '5.0.0' }), 'soft');
  assert.equal(await kind('Transient', 'General', ANN), 'none', 'it may be an absence note');
});

test('SES names the edition by our Message-ID, and complaints by the reader', async (t) => {
  const { app, readers } = await subscribedApp(t);
  const messageId = 'welcome.random@watchpost.test';
  await addDelivery(app.db, 'bob', { kind: 'welcome', state: 'sent', message_id: messageId });
  const mail = { headers: [{ name: 'Message-ID', value: `<${messageId}>` }] };
  const complaint = (type?: string) =>
    JSON.stringify({
      eventType: 'Complaint',
      mail,
      complaint: { complainedRecipients: [ANN], complaintFeedbackType: type },
    });
  await takeSesPost(app, post({ MessageId: 'a', Message: complaint('not-spam') }));
  await takeSesPost(app, post({ MessageId: 'b', Message: complaint('auth-failure') }));
  assert.deepEqual(await readers(), { ann: 'confirmed', bob: 'confirmed' });
  await takeSesPost(app, post({ MessageId: 'c', Message: complaint('abuse') }));
  assert.deepEqual(
    await readers(),
    { ann: 'confirmed', bob: 'unsubscribed' },
    'the letter counts before the address',
  );
  await takeSesPost(app, post({ MessageId: 'd', Message: JSON.stringify({ eventType: 'Delivery', mail }) }));
});

const SECRET = { 'x-watchpost-secret': 'a-secret-of-sixteen' };

test('a post of Postmark’s is taken with the secret, and only with it', async (t) => {
  const { app, readers } = await subscribedApp(t);
  const body = JSON.stringify({
    RecordType: 'Bounce',
    Type: 'HardBounce',
    ID: 1,
    Email: 'ann@example.org',
    Details: 'smtp;550 5.1.1 unknown',
  });
  const basic = (password: string) => ({
    authorization: `Basic ${Buffer.from(`watchpost:${password}`).toString('base64')}`,
  });
  for (const headers of [
    {},
    { 'x-watchpost-secret': '' },
    { 'x-watchpost-secret': 'another' },
    basic('another'),
    basic(''),
  ] as Record<string, string>[])
    assert.equal(await takePostmarkPost(app, new Headers(headers), body), 'forged', JSON.stringify(headers));
  assert.equal(await takePostmarkPost(app, new Headers(SECRET), 'not JSON'), 'forged');
  assert.deepEqual(await readers(), { ann: 'confirmed', bob: 'confirmed' });
  assert.equal(await takePostmarkPost(app, new Headers(basic('a-secret-of-sixteen')), body), 'taken');
  assert.deepEqual(await readers(), { ann: 'unsubscribed', bob: 'confirmed' });
});

test('each of Postmark’s events does what it says', async (t) => {
  const cases: [event: object, expected: string][] = [
    [{ RecordType: 'Bounce', Type: 'BadEmailAddress' }, 'hard'],
    [{ RecordType: 'Bounce', Type: 'SoftBounce' }, 'soft'],
    [{ RecordType: 'Bounce', Type: 'SpamNotification' }, 'soft'],
    [{ RecordType: 'Bounce', Type: 'AutoResponder' }, 'none'],
    [{ RecordType: 'Bounce', Type: 'ChallengeVerification' }, 'none'],
    [{ RecordType: 'Bounce', Type: 'Unsubscribe' }, 'opt-out'],
    [{ RecordType: 'SpamComplaint', Type: 'SpamComplaint' }, 'complaint'],
    [{ RecordType: 'SubscriptionChange', SuppressSending: true, Origin: 'Recipient' }, 'opt-out'],
    [{ RecordType: 'SubscriptionChange', SuppressSending: false, Origin: 'Recipient' }, 'none'],
    [{ RecordType: 'SubscriptionChange', SuppressSending: true, Origin: 'Customer' }, 'none'],
    [{ RecordType: 'Open' }, 'none'],
  ];
  const { app } = await subscribedApp(t);
  for (const [at, [event, expected]] of cases.entries()) {
    const body = JSON.stringify({ ID: at, Email: 'ann@example.org', Recipient: 'ann@example.org', ...event });
    for (const _ of [1, 2]) assert.equal(await takePostmarkPost(app, new Headers(SECRET), body), 'taken');
    const rows = await app.db.selectFrom('bounce').select('kind').execute();
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      expected === 'none' ? [] : [expected],
      JSON.stringify(event),
    );
    await app.db.deleteFrom('bounce').execute();
  }
});

test('a provider that is not set up is not there', async (t) => {
  const app = await openTestApp(t);
  assert.equal(await takeSesPost(app, post({})), 'unknown');
  assert.equal(await takePostmarkPost(app, new Headers(SECRET), '{}'), 'unknown');
});
