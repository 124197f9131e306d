import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type AkismetFake, type AkismetFields, startAkismetFake } from '../support/akismet-fake.ts';

const blog = 'https://news.example.org/';
const thanks = 'Thanks for making the web a better place.';

async function start(t: TestContext) {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  return fake;
}

function post(fake: AkismetFake, path: string, fields: AkismetFields) {
  return fetch(fake.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

function check(fake: AkismetFake, fields: AkismetFields = {}) {
  return post(fake, '/1.1/comment-check', { api_key: fake.key, blog, user_ip: '192.0.2.1', ...fields });
}

const verdictOf = async (response: Promise<Response>) => (await response).text();

test('a key is valid by either of its names, and another key is not', async (t) => {
  const fake = await start(t);
  const verify = (fields: AkismetFields) => verdictOf(post(fake, '/1.1/verify-key', { blog, ...fields }));
  assert.equal(await verify({ key: fake.key }), 'valid');
  assert.equal(await verify({ api_key: fake.key }), 'valid');
  assert.equal(await verify({ key: 'another' }), 'invalid');
});

test('a key check that lacks something is told what', async (t) => {
  const fake = await start(t);
  const help = async (fields: AkismetFields) => {
    const response = await post(fake, '/1.1/verify-key', fields);
    assert.equal(await response.text(), 'invalid');
    return response.headers.get('X-akismet-debug-help');
  };
  assert.equal(await help({ blog }), 'Empty "key" value');
  assert.equal(await help({ key: fake.key }), 'Empty "blog" value');
  assert.equal(await help({ key: fake.key, blog: 'news' }), 'We were unable to parse your blog URI');
});

test('a comment is ham unless something speaks against it', async (t) => {
  const response = await check(await start(t), { comment_content: 'Thank you.' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('Content-Type'), 'text/plain; charset=utf-8');
  assert.match(response.headers.get('X-akismet-guid') ?? '', /^[0-9a-f]{32}$/);
  assert.equal(response.headers.get('X-akismet-pro-tip'), null);
  assert.equal(await response.text(), 'false');
});

test('the documented test values decide', async (t) => {
  const fake = await start(t);
  fake.spamWhen = ({ user_role }) => user_role === 'administrator';
  assert.equal(await verdictOf(check(fake, { comment_author: 'akismet-guaranteed-spam' })), 'true');
  assert.equal(await verdictOf(check(fake, { comment_author: 'viagra-test-author' })), 'true');
  const email = 'akismet-guaranteed-spam@example.com';
  assert.equal(await verdictOf(check(fake, { comment_author_email: email })), 'true');
  assert.equal(await verdictOf(check(fake, { user_role: 'administrator' })), 'false');
});

test('a test decides what is spam, and what of it is blatant', async (t) => {
  const fake = await start(t);
  fake.spamWhen = ({ comment_content }) => comment_content === 'pills';
  fake.discardWhen = ({ comment_content }) => comment_content === 'PILLS';
  const spam = await check(fake, { comment_content: 'pills' });
  assert.deepEqual([await spam.text(), spam.headers.get('X-akismet-pro-tip')], ['true', null]);
  const blatant = await check(fake, { comment_content: 'PILLS' });
  assert.deepEqual([await blatant.text(), blatant.headers.get('X-akismet-pro-tip')], ['true', 'discard']);
});

test('a comment without its mandatory fields gets no verdict', async (t) => {
  const fake = await start(t);
  for (const field of ['blog', 'user_ip']) {
    const response = await check(fake, { [field]: '' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('X-akismet-debug-help'), `Empty "${field}" value`);
    assert.equal(await response.text(), `Missing required field: ${field}.`);
  }
});

test('a wrong or withdrawn key gets neither a verdict nor thanks', async (t) => {
  const fake = await start(t);
  assert.equal(await verdictOf(check(fake, { api_key: 'another' })), 'invalid');
  fake.mode = 'bad-key';
  assert.equal(await verdictOf(check(fake)), 'invalid');
  const report = { api_key: fake.key, blog, user_ip: '192.0.2.1' };
  assert.equal(await verdictOf(post(fake, '/1.1/submit-ham', report)), 'invalid');
});

test('an alert and the time of the next check come with a verdict', async (t) => {
  const fake = await start(t);
  fake.alert = { code: 10010, message: 'Your plan does not suit this site.' };
  fake.recheckAfter = 900;
  const { headers } = await check(fake);
  assert.equal(headers.get('X-akismet-alert-code'), '10010');
  assert.equal(headers.get('X-akismet-alert-msg'), 'Your plan does not suit this site.');
  assert.equal(headers.get('X-akismet-recheck-after'), '900');
});

test('a test may say all that comes with a verdict, and what stands in its place', async (t) => {
  const fake = await start(t);
  fake.guid = 'abc';
  fake.error = 'suspended';
  fake.debugHelp = 'Look here';
  fake.verdictBody = 'TRUE';
  fake.status = 503;
  fake.headers['Retry-After'] = '30';
  const response = await check(fake);
  assert.equal(response.status, 503);
  assert.equal(await response.text(), 'TRUE');
  assert.equal(response.headers.get('X-akismet-guid'), 'abc');
  assert.equal(response.headers.get('X-akismet-error'), 'suspended');
  assert.equal(response.headers.get('X-akismet-debug-help'), 'Look here');
  assert.equal(response.headers.get('Retry-After'), '30');
});

test('the use of the plan is told to whoever has the key, by POST or GET', async (t) => {
  const fake = await start(t);
  const used = await post(fake, '/1.2/usage-limit', { api_key: fake.key });
  assert.deepEqual(await used.json(), { limit: 350000, usage: 7463, percentage: '2.13', throttled: false });
  fake.usage = { limit: 'none', usage: 1, percentage: '0', throttled: false };
  const asked = await fetch(`${fake.url}/1.2/usage-limit?api_key=${fake.key}`);
  assert.deepEqual(await asked.json(), fake.usage);
  assert.equal(await verdictOf(post(fake, '/1.2/usage-limit', { api_key: 'another' })), 'invalid');
});

test('a field that comes repeatedly is a list, and stands in the body as it came', async (t) => {
  const fake = await start(t);
  const raw = `api_key=${fake.key}&blog=${encodeURIComponent(blog)}&user_ip=192.0.2.1&context[]=a&context%5B%5D=b`;
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await fetch(`${fake.url}/1.1/comment-check`, { method: 'POST', body: raw, headers });
  const [request] = fake.requests;
  assert.deepEqual(request?.lists, { context: ['a', 'b'] });
  assert.deepEqual(request.fields, { api_key: fake.key, blog, user_ip: '192.0.2.1' });
  assert.equal(request.raw, raw);
});

test('reports are thanked for, and every request is kept in order', async (t) => {
  const fake = await start(t);
  const report = { api_key: fake.key, blog, user_ip: '192.0.2.1', comment_content: 'Grüße & mehr' };
  assert.equal(await verdictOf(post(fake, '/1.1/submit-spam', report)), thanks);
  assert.equal(await verdictOf(post(fake, '/1.1/submit-ham', report)), thanks);
  assert.deepEqual(
    fake.requests.map(({ path }) => path),
    ['/1.1/submit-spam', '/1.1/submit-ham'],
  );
  assert.deepEqual(fake.requests[0]?.fields, report);
  assert.equal(fake.requests[0]?.headers.host, new URL(fake.url).host);
});

test('only a POST of form fields to a known path is understood', async (t) => {
  const fake = await start(t);
  const query = new URLSearchParams({ api_key: fake.key, blog, user_ip: '192.0.2.1' });
  const url = `${fake.url}/1.1/comment-check`;
  assert.equal(await verdictOf(fetch(`${url}?${query}`)), 'Missing required field: blog.');
  const json = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } };
  assert.equal(await verdictOf(fetch(url, json)), 'Missing required field: blog.');
  assert.equal((await post(fake, '/1.1/check', {})).status, 404);
});

test('a silent Akismet takes the question and gives no answer', async (t) => {
  const fake = await start(t);
  fake.mode = 'silent';
  const answer = assert.rejects(check(fake));
  while (fake.requests.length === 0) await setImmediate();
  await fake.stop();
  await answer;
});

test('a refusing Akismet closes new and kept connections, until it is well again', async (t) => {
  const fake = await start(t);
  await verdictOf(check(fake));
  fake.mode = 'refuse';
  await assert.rejects(check(fake));
  await assert.rejects(check(fake));
  fake.mode = 'normal';
  assert.equal(await verdictOf(check(fake)), 'false');
});

test('broken answers are no verdict', async (t) => {
  const fake = await start(t);
  fake.mode = 'garbage';
  assert.doesNotMatch(await verdictOf(check(fake)), /^(true|false|invalid)$/);
  fake.mode = 'error';
  assert.equal((await check(fake)).status, 500);
  fake.mode = 'redirect';
  const response = await check(fake);
  assert.equal(response.status, 302);
  assert.equal(response.headers.get('Location'), `${fake.url}/elsewhere`);
});

test('a slow Akismet gives the right answer in the end', async (t) => {
  const fake = await start(t);
  Object.assign(fake, { mode: 'slow', delayMs: 1, spamWhen: () => true });
  assert.equal(await verdictOf(check(fake)), 'true');
});

test('a huge answer goes on until the client has had enough', async (t) => {
  const fake = await start(t);
  fake.mode = 'huge';
  const { body } = await check(fake);
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > 5_000_000) break;
  }
  assert.ok(bytes > 5_000_000);
  fake.mode = 'normal';
  assert.equal(await verdictOf(check(fake)), 'false');
});
