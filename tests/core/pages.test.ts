import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { closeApp, openApp } from '#core/app.ts';
import { deskLink } from '#core/desk/sign-in.ts';
import { letterLinks } from '#core/subscribers/letter-links.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { suppress } from '#core/subscribers/suppression.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { addReader, confirmToken, signUp } from '../support/readers.ts';
import { memoryLog, testConfig } from '../support/test-app.ts';
import { deskCookie, postForm, startSite } from '../support/test-site.ts';

const site = await startSite(
  { after: after as TestContext['after'] },
  { TRUSTED_PROXIES: '127.0.0.0/8, ::1' }, // so that X-Forwarded-For can say whose form it is
);
/** The same data, opened by another process: this one. */
const beside = await openApp(
  testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }),
  { log: memoryLog([]) },
);
after(() => closeApp(beside));

test('a confirmation link tells whose it is to nobody but the one who presses its button', async () => {
  const email = 'reader@example.org';
  await signUp(beside, email);
  const link = `${site.url}/newsletter/confirm/${await confirmToken(beside, email)}/`;
  const { id = '' } = (await subscriberByKey(beside.db, email)) ?? {};
  const tells = async (answer: Promise<Response>) => {
    const page = await (await answer).text();
    return [page.includes(email), page.includes(letterLinks(beside, id).preferences)];
  };
  assert.deepEqual(await tells(fetch(link)), [false, false], 'before');
  assert.deepEqual(await tells(postForm(link, {})), [true, true], 'the press');
  assert.deepEqual(await tells(fetch(link)), [false, false], 'used');
  assert.deepEqual(await tells(postForm(link, {})), [false, false], 'pressed again');
  await beside.db.updateTable('token').set({ expires_at: '2020-01-01T00:00:00.000Z' }).execute();
  assert.deepEqual(await tells(fetch(link)), [false, false], 'its time is over');
});

test('unknown, pending, confirmed, unsubscribed and suppressed addresses get the same answer to both forms', async () => {
  const { db } = beside;
  await signUp(beside, 'pending@example.org');
  for (const name of ['confirmed', 'unsubscribed', 'suppressed'])
    await addReader(beside, `${name}@example.org`);
  const left = await subscriberByKey(db, 'unsubscribed@example.org');
  assert.ok(left);
  await unsubscribe(beside, left, null, 'page');
  await db.transaction().execute((trx) => suppress(beside, trx, 'suppressed@example.org', 'bounced'));
  const seen = new Set<string>();
  for (const page of ['/newsletter/', '/newsletter/link/']) {
    for (const name of ['unknown', 'pending', 'confirmed', 'unsubscribed', 'suppressed']) {
      const answer = await postForm(site.url + page, { email: `${name}@example.org` });
      const headers = [...answer.headers].filter(([field]) => field !== 'date');
      seen.add(JSON.stringify([answer.status, headers, await answer.text()]));
    }
  }
  assert.equal(seen.size, 1, [...seen].join('\n'));
  assert.match([...seen][0] ?? '', /^\[303,.*\/newsletter\/check-your-mail\//);
});

test('any letter in the folder of kept mail is listed and opened, and what is no letter is not found', async () => {
  const foreign = 'Letter from elsewhere, 100 ünits @home';
  keepFile(foreign, ['Subject: Hello', '', 'Words.']);
  const cookie = await deskCookie(await deskLink(beside));
  const ask = (page: string) => fetch(`${site.url}/desk/mail/${page}`, { headers: { cookie } });
  const list = await ask('');
  assert.equal(list.status, 200);
  const address = encodeURIComponent(foreign);
  assert.ok((await list.text()).includes(`/desk/mail/${address}/`));
  assert.equal((await ask(`${address}/`)).status, 200);
  assert.equal(await (await ask(`${address}.eml`)).text(), 'Subject: Hello\r\n\r\nWords.');
  for (const id of ['unknown', '%E2%82%AC', 'a%20b', '..%252fsecret', '%25'])
    for (const end of ['/', '.eml']) assert.match(String((await ask(id + end)).status), /^40[04]$/, id + end);
});

test('a kept letter from anywhere can do nothing in its frame: no script, no form, nothing from elsewhere', async () => {
  keepFile('hostile', [
    'Subject: Hello',
    'Content-Type: multipart/alternative; boundary="x"',
    '',
    '--x',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<script>alert(1)</script><img src="https://evil.example/a.png"><p>Hello</p>',
    '--x--',
  ]);
  const cookie = await deskCookie(await deskLink(beside));
  const page = await fetch(`${site.url}/desk/mail/hostile/`, { headers: { cookie } });
  assert.doesNotMatch((await page.text()).split('<details')[0] ?? '', /<script|evil\.example/);
  const letter = await fetch(`${site.url}/desk/mail/hostile/letter/`, { headers: { cookie } });
  const policy = letter.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'.*sandbox(?!.*allow-scripts)/);
  assert.doesNotMatch(policy, /script-src|https:|\*/);
  assert.match(await letter.text(), /<base target="_blank">.*<p>Hello<\/p>/);
  assert.equal((await fetch(`${site.url}/desk/mail/hostile/letter/`, { redirect: 'manual' })).status, 303);
});

test('in a kept letter only links to this very site can be pressed', async () => {
  const { host } = new URL(site.url);
  const own = `${site.url}/newsletter/`;
  const others = [
    `http://${host}.evil.example/`,
    `http://${host}@evil.example/`,
    `http://${host}0/`,
    'http://[/',
  ];
  keepFile('links', [
    'Subject: Links',
    'Content-Type: multipart/alternative; boundary="x"',
    '',
    '--x',
    'Content-Type: text/plain; charset=utf-8',
    '',
    [own, ...others].join('\n'),
    '--x--',
  ]);
  const page = await (
    await fetch(`${site.url}/desk/mail/links/`, {
      headers: { cookie: await deskCookie(await deskLink(beside)) },
    })
  ).text();
  assert.ok(page.includes(`<a href="${own}"`));
  for (const other of others) {
    assert.ok(page.includes(other), other);
    assert.ok(!page.includes(`href="${other}"`), other);
  }
});

test('a network that sends too many forms is told when to try again, keeps its words, and hinders no other', async () => {
  const from = (network: string, page: string, fields: Record<string, string>) =>
    postForm(site.url + page, fields, { 'x-forwarded-for': network });
  const fields = { name: 'Ann', email: 'ann@example.org', body: 'Words that took an hour' };
  const forms: { page: string; fields: Record<string, string>; kept: RegExp }[] = [
    { page: '/articles/sim-swapping/comments/', fields, kept: /Words that took an hour<\/textarea>/ },
    {
      page: '/newsletter/',
      fields: { email: 'ann@example.org', cadence: 'daily' },
      kept: /value="ann@example.org"/,
    },
    { page: '/desk/sign-in/unknown/', fields: {}, kept: /<h1>That was a lot in a short time<\/h1>/ },
  ];
  for (const { page, fields, kept } of forms) {
    const answers = await Promise.all(Array.from({ length: 40 }, () => from('198.51.100.7', page, fields)));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length < answers.length, page);
    const [one] = refused;
    assert.match(one?.headers.get('retry-after') ?? '', /^\d+$/, page);
    const text = await one?.text();
    assert.match(text ?? '', /Wait \d+ seconds and try again\./, page);
    assert.match(text ?? '', kept, page);
    assert.notEqual((await from('198.51.100.8', page, fields)).status, 429, page);
  }
});

function keepFile(name: string, lines: string[]): void {
  const dir = path.join(site.dataDir, 'outbox');
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, `${name}.eml`), lines.join('\r\n'));
}
