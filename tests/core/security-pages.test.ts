import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { type App, closeApp, openApp } from '#core/app.ts';
import { FILTER_FIELDS } from '#core/comments/filter-fields.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { observatoryFile } from '#server/observatory.ts';
import { observatoryStandIn } from '../support/observatory-stand-in.ts';
import { memoryLog, temporaryFolder, testConfig } from '../support/test-app.ts';
import { postForm, startSite, type TestSite, until } from '../support/test-site.ts';

const t = { after: after as TestContext['after'] };
const folder = temporaryFolder(t);
const plain = await startSite(t);
const graded = await startSite(t, {
  NODE_PATH: observatoryStandIn(folder),
  AKISMET_KEY: 'a-key-of-a-test',
  AKISMET_URL: 'http://127.0.0.1:9',
});
const isInstalled = observatoryFile() !== undefined && 'the Observatory is installed here';

async function ownerOf(site: TestSite): Promise<{ app: App; cookie: string }> {
  const app = await openApp(
    testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }),
    { log: memoryLog([]) },
  );
  after(() => closeApp(app));
  const token = (await deskLink(app)).split('/').at(-2) ?? '';
  const session = await signInByLink(app, token, { network: '192.0.2.1', device: 'A test' });
  return { app, cookie: `watchpost-desk=${session}` };
}

const owner = { plain: await ownerOf(plain), graded: await ownerOf(graded) };

async function deskPage(site: TestSite, cookie: string): Promise<string> {
  const answer = await fetch(`${site.url}/desk/security/`, { headers: { cookie }, redirect: 'manual' });
  assert.equal(answer.status, 200);
  return textOf(await answer.text());
}

/** What a page says, without its tags. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');
}

test('the public page is found, kept, and names every security header as it is sent', async () => {
  const home = await (await fetch(plain.url)).text();
  assert.match(home, /<a href="\/security\/">Security<\/a>/);
  const read = () => fetch(`${plain.url}/security/`, { headers: { 'accept-encoding': 'br' } });
  await until(async () => (await read()).headers.get('content-encoding') === 'br', 'the page from memory');
  const answer = await read();
  const text = textOf(await answer.text());
  const sent = [...answer.headers].filter(([name]) => /policy|options|security|^permissions|^x-/.test(name));
  assert.ok(sent.length >= 7);
  for (const [name, value] of sent) assert.ok(text.includes(`${name} ${value}`), `${name}: ${value}`);
  assert.match(await (await fetch(`${plain.url}/sitemap.xml`)).text(), /\/security\/<\/loc>/);
});

test('it names the contact of security.txt, which names it as the policy', async () => {
  const html = await (await fetch(`${plain.url}/security/`)).text();
  const said = await (await fetch(`${plain.url}/.well-known/security.txt`)).text();
  const contact = /^Contact: (.*)$/m.exec(said)?.[1] ?? 'none';
  assert.ok(html.includes(`href="${contact}"`), contact);
  assert.match(said, /^Policy: https:\/\/localhost:\d+\/security\/$/m);
});

test('what it says of the filter, of mail and of times is how the site is set up', async () => {
  const [without, withFilter] = await Promise.all(
    [plain, graded].map(async (site) => textOf(await (await fetch(`${site.url}/security/`)).text())),
  );
  assert.match(without ?? '', /To a spam filter: nothing/);
  assert.match(without ?? '', /By mail: nothing/);
  assert.doesNotMatch(without ?? '', /comment_author_email|What Akismet was sent/);
  for (const [field, words] of Object.entries(FILTER_FIELDS))
    assert.ok(withFilter?.includes(`${field} ${words}`), field);
  assert.match(withFilter ?? '', /What Akismet was sent with a comment 15 days/);
  assert.match(without ?? '', /A session at the desk 8 hours without use, 7 days at most/);
  assert.match(without ?? '', /user agent of a comment 30 days, then a keyed hash/);
  assert.doesNotMatch(`${without}${withFilter}`, /a-key-of-a-test/);
});

test('the desk shows the headers of the home page as they came, and how to have them graded', {
  skip: isInstalled,
}, async () => {
  const text = await deskPage(plain, owner.plain.cookie);
  const { headers } = await fetch(plain.url, { headers: { 'accept-encoding': 'identity' } });
  for (const name of ['content-security-policy', 'permissions-policy', 'etag', 'cache-control'])
    assert.ok(text.includes(`${name} ${headers.get(name)}`), name);
  assert.match(text, /npm install --prefix observatory --ignore-scripts @mdn\/mdn-http-observatory@1\.4\.8/);
  const asked = await postForm(
    `${plain.url}/desk/security/`,
    { action: 'score' },
    { cookie: owner.plain.cookie },
  );
  assert.equal(asked.status, 409);
  assert.match(await asked.text(), /not installed, so nothing was graded/);
});

test('where it is installed, its own code grades this site, sees nothing else, and what it says stays', {
  skip: isInstalled,
}, async () => {
  assert.match(await deskPage(graded, owner.graded.cookie), /Grade them now/);
  const asked = await postForm(
    `${graded.url}/desk/security/`,
    { action: 'score' },
    { cookie: owner.graded.cookie },
  );
  assert.equal(asked.status, 200, await asked.clone().text());
  const text = await deskPage(graded, owner.graded.cookie);
  assert.match(text, /A\+ 105 points, .* by version 0\.0\.1/);
  assert.match(text, /A policy yes \+5 It has <one>/);
  assert.match(text, /What it can do no 0 \{\} ERR_ACCESS_DENIED ERR_ACCESS_DENIED ECONNREFUSED 0/);
  assert.match(text, /Grade them again/);
});

test('a bad end and what browsers reported stand at the desk, and are read and cleared there', async () => {
  await plain.stop('SIGKILL');
  await plain.start();
  const { app, cookie } = owner.plain;
  app.policyReports.add({
    source: 'site',
    directive: 'img-src',
    blocked: 'https://a.example',
    page: '/about/',
  });
  app.policyReports.add({ source: 'extension', directive: 'img-src', blocked: 'moz-extension:', page: '' });
  await app.policyReports.flush();
  const before = await deskPage(plain, cookie);
  assert.match(before, /Server Without a word: killed by force/);
  assert.match(before, /\/about\/ https:\/\/a\.example img-src 1 /);
  assert.match(before, /1 more report came from browser extensions \(moz-extension:\)/);
  const post = (fields: Record<string, string>) =>
    postForm(`${plain.url}/desk/security/`, fields, { cookie });
  const run = await app.db
    .selectFrom('process_run')
    .select('id')
    .where('ending', '=', 'unseen')
    .executeTakeFirst();
  assert.equal((await post({ action: 'acknowledge', id: run?.id ?? '' })).status, 200);
  assert.equal((await post({ action: 'acknowledge', id: run?.id ?? '' })).status, 404);
  assert.equal((await post({ action: 'clear' })).status, 422);
  assert.equal((await post({ action: 'clear', sure: 'yes' })).status, 200);
  const text = await deskPage(plain, cookie);
  assert.match(text, /No browser has reported anything/);
  assert.doesNotMatch(text, /Acknowledge|moz-extension/);
  const acts = await app.db
    .selectFrom('audit')
    .select(['who', 'act'])
    .orderBy('id', 'desc')
    .limit(2)
    .execute();
  assert.deepEqual(acts, [
    { who: 'owner', act: 'reports.clear' },
    { who: 'owner', act: 'run.acknowledge' },
  ]);
});
