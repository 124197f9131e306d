import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
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
const GUID = '5d0c1b7e9a4f4c0e8b2d6f3a1c9e7b50';
const noted = { notes: { guid: GUID } };

async function setUp(t: TestContext, key?: string) {
  const fake = await startAkismetFake(key === undefined ? {} : { key });
  fake.guid = GUID;
  t.after(() => fake.stop());
  const blog = new URL('https://news.example/');
  return { fake, akismet: new Akismet({ key: fake.key, url: new URL(fake.url), blog }) };
}

test('ham, spam and certain spam are told apart', async (t) => {
  const { fake, akismet } = await setUp(t);
  assert.deepEqual(await akismet.check(FIELDS), { state: 'answered', verdict: 'ham', ...noted });
  fake.spamWhen = (fields) => fields.comment_content === 'buy';
  const spam = await akismet.check({ ...FIELDS, comment_content: 'buy' });
  assert.deepEqual(spam, { state: 'answered', verdict: 'spam', ...noted });
  fake.discardWhen = () => true;
  const discard = await akismet.check(FIELDS);
  assert.deepEqual(discard, {
    state: 'answered',
    verdict: 'discard',
    notes: { guid: GUID, proTip: 'discard' },
  });
});

test('Akismet gets every field, the key as a field, and nothing of it in the host name or path', async (t) => {
  const { fake, akismet } = await setUp(t);
  await akismet.check({
    ...FIELDS,
    recheck_reason: 'edit',
    blog: 'https://other.example/',
    api_key: 'other',
  });
  const [request] = fake.requests;
  assert.ok(request);
  assert.deepEqual(request.fields, {
    ...FIELDS,
    recheck_reason: 'edit',
    api_key: fake.key,
    blog: 'https://news.example/',
  });
  assert.equal(request.path, '/1.1/comment-check');
  assert.doesNotMatch(String(request.headers.host), new RegExp(fake.key));
});

test('what an article is about goes as one field for each topic', async (t) => {
  const { fake, akismet } = await setUp(t);
  await akismet.check({ ...FIELDS, comment_context: ['sign-in', 'cloud & more'] });
  await akismet.correct('spam', { ...FIELDS, comment_context: ['sign-in'] });
  const [check, correction] = fake.requests;
  assert.match(
    check?.raw ?? '',
    /(?:^|&)comment_context%5B%5D=sign-in&comment_context%5B%5D=cloud\+%26\+more(?:&|$)/,
  );
  assert.deepEqual(check?.lists, { comment_context: ['sign-in', 'cloud & more'] });
  assert.deepEqual(correction?.lists, { comment_context: ['sign-in'] });
});

test('letters of any script and signs of any kind arrive as they were written', async (t) => {
  const { fake, akismet } = await setUp(t);
  const comment_content = 'Grüße 👋 & a=b+c%41 [x] "1"\r\nnext\u2028\\';
  await akismet.check({ ...FIELDS, comment_content });
  assert.equal(fake.requests[0]?.fields.comment_content, comment_content);
});

test('nothing tells of the reader but the fields: no cookie, not even Akismet’s own, and no other header', async (t) => {
  const { fake, akismet } = await setUp(t);
  fake.headers['Set-Cookie'] = 'followed=1; Path=/';
  await akismet.check(FIELDS);
  await akismet.verifyKey();
  await akismet.usage();
  await akismet.correct('ham', FIELDS);
  const own = ['accept-encoding', 'connection', 'content-length', 'content-type', 'host', 'user-agent'];
  for (const { headers } of fake.requests) {
    assert.deepEqual(Object.keys(headers).sort(), own);
    assert.match(headers['user-agent'] ?? '', /^Watchpost\//);
  }
  assert.equal(fake.requests.length, 4);
});

test('the key is verified', async (t) => {
  const { fake, akismet } = await setUp(t);
  assert.equal(await akismet.verifyKey(), 'valid');
  const wrong = new Akismet({ key: 'wrong', url: new URL(fake.url), blog: new URL('https://news.example/') });
  assert.equal(await wrong.verifyKey(), 'invalid');
  fake.mode = 'garbage';
  assert.equal(await akismet.verifyKey(), 'unknown');
  fake.mode = 'refuse';
  assert.equal(await akismet.verifyKey(), 'unknown');
});

test('only the words true and false, written exactly so, are a verdict', async (t) => {
  const { fake, akismet } = await setUp(t);
  for (const body of [
    'TRUE',
    'True',
    'true\n',
    ' true',
    'false ',
    '\ufefftrue',
    '"true"',
    '1',
    'truetrue',
    '',
  ]) {
    fake.verdictBody = body;
    assert.deepEqual(await akismet.check(FIELDS), { state: 'silent', why: 'garbage', ...noted }, body);
  }
});

test('a word that comes with any status but success is no verdict', async (t) => {
  const { fake, akismet } = await setUp(t);
  for (const [status, word] of [
    [429, 'true'],
    [503, 'true'],
    [500, 'false'],
    [403, 'false'],
    [304, 'false'],
  ] as const) {
    fake.status = status;
    fake.verdictBody = word;
    assert.deepEqual(await akismet.check(FIELDS), { state: 'silent', why: 'garbage', ...noted }, `${status}`);
    assert.equal(await akismet.correct('spam', FIELDS), false);
    assert.equal(await akismet.verifyKey(), 'unknown');
    assert.equal(await akismet.usage(), undefined);
  }
});

test('a suspended account, which is answered "false" to everything, gives no verdict', async (t) => {
  const { fake, akismet } = await setUp(t);
  fake.error = 'suspended';
  fake.alert = { code: 10402, message: 'Pay, please.' };
  const alert = 'The key is suspended, as it was not paid for.';
  assert.deepEqual(await akismet.check(FIELDS), {
    state: 'silent',
    why: 'bad-key',
    notes: { guid: GUID, error: 'suspended', alertCode: '10402', alert },
  });
  fake.spamWhen = () => true;
  fake.error = 'something-else';
  const other = await akismet.check(FIELDS);
  assert.equal(other.state === 'silent' && other.why, 'garbage', 'nor is anything called spam for an error');
});

test('a provisional verdict says when to ask again', async (t) => {
  const { fake, akismet } = await setUp(t);
  const after = async (header: number | string) => {
    fake.recheckAfter = header;
    const outcome = await akismet.check(FIELDS);
    assert.equal(outcome.state, 'answered');
    return outcome.recheckAfter;
  };
  assert.equal(await after(120), 120);
  assert.equal(await after(' 120 '), 120, 'HTTP allows space around a value');
  assert.equal(await after(999_999), 86_400, 'a day at most');
  for (const odd of [0, '-5', '1.5', '1e3', 'soon', '99999999999', ''])
    assert.equal(await after(odd), undefined);
});

test('what Akismet says besides is kept in readable form', async (t) => {
  const { fake, akismet } = await setUp(t);
  fake.debugHelp = `Look\t here:\u0085\u009b31m ${'x'.repeat(500)}`;
  fake.headers['X-akismet-pro-tip'] = 'unheard-of';
  fake.alert = { code: 10010, message: 'Your plan does not suit this site.' };
  const { notes, ...verdict } = await akismet.check(FIELDS);
  assert.deepEqual(verdict, { state: 'answered', verdict: 'ham' });
  assert.equal(notes.guid, GUID);
  assert.equal(notes.proTip, 'unheard-of');
  assert.equal(notes.alertCode, '10010');
  assert.match(notes.alert ?? '', /^The plan does not suit this site/);
  assert.match(notes.debugHelp ?? '', /^Look here:31m x+$/);
  assert.equal(notes.debugHelp?.length, 200);
});

test('an alert that we have no words for is told in Akismet’s own', async (t) => {
  const { fake, akismet } = await setUp(t);
  const alertOf = async () => (await akismet.check(FIELDS)).notes.alert;
  fake.alert = { code: 19999, message: 'Something new.' };
  assert.equal(await alertOf(), 'Something new. (alert 19999)');
  fake.alert = { code: 19999, message: '' };
  assert.equal(await alertOf(), 'Akismet sent the alert 19999.');
  fake.alert = undefined;
  assert.equal(await alertOf(), undefined);
});

test('the key is in no note, even where Akismet sends it back', async (t) => {
  const key = 'aB3+dE/6hI9k';
  const { fake, akismet } = await setUp(t, key);
  const cut = 'x'.repeat(195);
  fake.error = `for ${key} and ${key.toUpperCase()}${key}`;
  fake.debugHelp = `${cut}${key}`;
  fake.guid = encodeURIComponent(key);
  fake.alert = { code: 19999, message: `Key aB3+\u00addE/6hI9k, url https://${key}.rest.akismet.com` };
  fake.headers['X-akismet-pro-tip'] = key;
  fake.verdictBody = key;
  const outcome = await akismet.check(FIELDS);
  assert.deepEqual(outcome, {
    state: 'silent',
    why: 'garbage',
    notes: {
      guid: '[key]',
      error: 'for [key] and [key][key]',
      debugHelp: `${cut}[key]`,
      proTip: '[key]',
      alertCode: '19999',
      alert: 'Key [key], url https://[key].rest.akismet.com (alert 19999)',
    },
  });
  assert.doesNotMatch(JSON.stringify(outcome), /aB3/i);
});

const SILENCES: [AkismetMode, string][] = [
  ['garbage', 'garbage'],
  ['error', 'garbage'],
  ['redirect', 'garbage'],
  ['huge', 'garbage'],
  ['bomb', 'garbage'],
  ['multipart', 'garbage'],
  ['broken', 'garbage'],
  ['refuse', 'unreachable'],
  ['bad-key', 'bad-key'],
];

for (const [mode, why] of SILENCES) {
  test(`an Akismet that is in the mode "${mode}" gives no verdict, and says why, in our log alone`, async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const { fake, akismet } = await setUp(t);
    fake.mode = mode;
    const outcome = await akismet.check(FIELDS);
    assert.deepEqual(
      { ...outcome, notes: {} },
      { state: 'silent', why, notes: {} },
      'whatever it says besides',
    );
    assert.equal(await akismet.correct('spam', FIELDS), false);
    assert.equal(await akismet.verifyKey(), mode === 'bad-key' ? 'invalid' : 'unknown');
    assert.equal(await akismet.usage(), undefined);
    assert.ok(
      fake.requests.every((request) => request.path.startsWith('/1.')),
      'no redirect is followed',
    );
    for (let n = 0; n < 10; n++) await turn(); // what comes of the connection's end has come
    assert.equal(warn.mock.callCount(), 0, 'superagent has nothing to complain of');
  });
}

test('after three seconds, and not before, a silent Akismet is not waited for any longer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { fake, akismet } = await setUp(t);
  fake.mode = 'silent';
  const calls = [
    () => akismet.check(FIELDS),
    () => akismet.correct('ham', FIELDS),
    () => akismet.verifyKey(),
    () => akismet.usage(),
  ];
  const answers: unknown[] = [];
  for (const [n, call] of calls.entries()) {
    const answer = call();
    while (fake.requests.length <= n) await turn();
    t.mock.timers.tick(2_999);
    for (let k = 0; k < 10; k++) await turn();
    const isPending = await Promise.race([answer.then(() => false), turn(true)]);
    assert.ok(isPending);
    t.mock.timers.tick(1);
    answers.push(await answer);
  }
  const silence = { state: 'silent', why: 'time-out', notes: {} };
  assert.deepEqual(answers, [silence, false, 'unknown', undefined]);
});

test('an answer that is compressed is understood', async (t) => {
  const { fake, akismet } = await setUp(t);
  fake.headers['Content-Encoding'] = 'gzip';
  fake.verdictBody = gzipSync('true');
  assert.deepEqual(await akismet.check(FIELDS), { state: 'answered', verdict: 'spam', ...noted });
});

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

test('the use of the plan is told, with the key in the body alone', async (t) => {
  const { fake, akismet } = await setUp(t);
  assert.deepEqual(await akismet.usage(), {
    limit: 350_000,
    used: 7_463,
    percentage: 2.13,
    throttled: false,
  });
  const [request] = fake.requests;
  assert.equal(request?.path, '/1.2/usage-limit');
  assert.deepEqual(request.fields, { api_key: fake.key });
  assert.doesNotMatch(JSON.stringify(request.headers), new RegExp(fake.key));
  fake.usage = { limit: 'none', usage: 12, percentage: '0', throttled: false };
  assert.deepEqual(await akismet.usage(), { limit: undefined, used: 12, percentage: 0, throttled: false });
  fake.usage = { limit: 500, usage: 600, percentage: '120.0%', throttled: true };
  assert.deepEqual(await akismet.usage(), { limit: 500, used: 600, percentage: 120, throttled: true });
});

test('a use of the plan that makes no sense is not told', async (t) => {
  const { fake, akismet } = await setUp(t);
  for (const odd of [
    { limit: 'some' },
    { usage: -1 },
    { usage: 1.5 },
    { percentage: 'much' },
    { throttled: 'no' },
    { limit: undefined },
  ]) {
    fake.usage = { limit: 500, usage: 5, percentage: '1', throttled: false, ...odd } as typeof fake.usage;
    assert.equal(await akismet.usage(), undefined, JSON.stringify(odd));
  }
  fake.mode = 'bad-key';
  assert.equal(await akismet.usage(), undefined);
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
