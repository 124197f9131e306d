import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Akismet } from '#core/spam/akismet.ts';
import { type AkismetMode, startAkismetFake } from '../support/akismet-fake.ts';

const FIELDS = {
  user_ip: '192.0.2.7',
  user_agent: 'A browser',
  permalink: 'https://news.example/articles/one/',
  comment_type: 'comment',
  comment_author: 'Ann',
  comment_author_email: 'ann@example.org',
  comment_content: 'Thank you, that helped.',
  comment_parent: '12',
  honeypot_field_name: 'subject',
};

async function setUp(t: { after(fn: () => unknown): void }, key?: string) {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  const blog = new URL('https://news.example/');
  return { fake, akismet: new Akismet({ key: key ?? fake.key, url: new URL(fake.url), blog }) };
}

test('ham, spam and certain spam are told apart', async (t) => {
  const { fake, akismet } = await setUp(t);
  assert.deepEqual(await akismet.check(FIELDS), { state: 'answered', verdict: 'ham' });
  fake.spamWhen = (fields) => fields.comment_content === 'buy';
  assert.deepEqual(await akismet.check({ ...FIELDS, comment_content: 'buy' }), {
    state: 'answered',
    verdict: 'spam',
  });
  fake.discardWhen = () => true;
  assert.deepEqual(await akismet.check(FIELDS), { state: 'answered', verdict: 'discard' });
});

test('Akismet gets every field, the key as a field, and nothing of it in the host name or path', async (t) => {
  const { fake, akismet } = await setUp(t);
  await akismet.check(FIELDS);
  const [request] = fake.requests;
  assert.ok(request);
  assert.deepEqual(request.fields, { ...FIELDS, api_key: fake.key, blog: 'https://news.example/' });
  assert.equal(request.path, '/1.1/comment-check');
  assert.doesNotMatch(String(request.headers.host), new RegExp(fake.key));
});

test('the key is verified', async (t) => {
  const { fake, akismet } = await setUp(t);
  assert.equal(await akismet.verifyKey(), 'valid');
  const wrong = new Akismet({ key: 'wrong', url: new URL(fake.url), blog: new URL('https://news.example/') });
  assert.equal(await wrong.verifyKey(), 'invalid');
  fake.mode = 'refuse';
  assert.equal(await akismet.verifyKey(), 'unknown');
});

const SILENCES: [AkismetMode, string][] = [
  ['silent', 'time-out'],
  ['garbage', 'garbage'],
  ['error', 'garbage'],
  ['redirect', 'garbage'],
  ['huge', 'garbage'],
  ['broken', 'garbage'],
  ['refuse', 'unreachable'],
  ['bad-key', 'bad-key'],
];

for (const [mode, why] of SILENCES) {
  test(`an Akismet that is in the mode "${mode}" gives no verdict, and says why, in our log alone`, async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const { fake, akismet } = await setUp(t);
    fake.mode = mode;
    assert.deepEqual(await akismet.check(FIELDS), { state: 'silent', why });
    assert.equal(await akismet.correct('spam', FIELDS), false);
    assert.ok(
      fake.requests.every((request) => request.path.startsWith('/1.1/')),
      'no redirect is followed',
    );
    for (let n = 0; n < 10; n++) await turn(); // what comes of the connection's end has come
    assert.equal(warn.mock.callCount(), 0, 'superagent has nothing to complain of');
  });
}

test('a correction counts only when Akismet thanks for it', async (t) => {
  const { fake, akismet } = await setUp(t);
  assert.equal(await akismet.correct('spam', FIELDS), true);
  assert.equal(await akismet.correct('ham', FIELDS), true);
  assert.deepEqual(
    fake.requests.map((request) => request.path),
    ['/1.1/submit-spam', '/1.1/submit-ham'],
  );
  assert.equal(fake.requests[0]?.fields.comment_content, FIELDS.comment_content);
});

test('two questions at once get each its own answer', async (t) => {
  const { fake, akismet } = await setUp(t);
  fake.spamWhen = (fields) => fields.comment_content === 'buy';
  const texts = ['buy', 'read', 'buy', 'read', 'buy', 'read'];
  const answers = await Promise.all(texts.map((text) => akismet.check({ ...FIELDS, comment_content: text })));
  assert.deepEqual(
    answers.map((answer) => answer.state === 'answered' && answer.verdict),
    texts.map((text) => (text === 'buy' ? 'spam' : 'ham')),
  );
});
