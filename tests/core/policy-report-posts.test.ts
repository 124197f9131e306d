import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { closeApp, openApp } from '#core/app.ts';
import { reportsSeen } from '#core/desk/policy-reports.ts';
import { memoryLog, testConfig } from '../support/test-app.ts';
import { startSite, until } from '../support/test-site.ts';

const site = await startSite({ after: after as TestContext['after'] });
const beside = await openApp(
  testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }),
  { log: memoryLog([]) },
);
after(() => closeApp(beside));

const report = (blocked: string) =>
  JSON.stringify({
    'csp-report': {
      'document-uri': `${site.url}/about/`,
      'effective-directive': 'img-src',
      'blocked-uri': blocked,
    },
  });

async function send(
  body: string,
  headers: Record<string, string> = {},
  path = '/csp-reports/',
): Promise<Response> {
  const answer = await fetch(site.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/csp-report', ...headers },
    body,
  });
  await answer.body?.cancel();
  return answer;
}

test('a report is taken from wherever browsers say it comes, and no other post is', async () => {
  const foreign: Record<string, string>[] = [
    {},
    { origin: 'null' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-origin', origin: site.url },
  ];
  for (const headers of foreign) {
    const answer = await send(report('https://pictures.example.net/a.png'), headers);
    assert.equal(answer.status, 204, JSON.stringify(headers));
    assert.equal(answer.headers.get('set-cookie'), null);
  }
  for (const path of ['/newsletter/', '/csp-reports/x/', '/desk/security/', '/csp-reports/../newsletter/']) {
    const answer = await send('email=a%40b.org', { origin: 'null' }, path);
    assert.ok([403, 404, 308].includes(answer.status), `${path}: ${answer.status}`);
  }
  assert.equal((await fetch(`${site.url}/csp-reports/`)).status, 404);
});

test('what is too large, of another kind or no report is refused or nothing, and harms nobody', async () => {
  assert.equal((await send(report(`https://a.example/${'x'.repeat(9000)}`))).status, 413);
  assert.equal((await send('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415);
  for (const body of ['', '{', 'null', '<html>', report('<script>alert(1)</script>')])
    assert.equal((await send(body)).status, 204, body);
});

test('a flood is turned away, and what came before it is kept, with nothing of who sent it', async () => {
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, n) => send(report(`https://n${n}.example/`))),
  );
  const refused = answers.find(({ status }) => status === 429);
  assert.ok(refused?.headers.get('retry-after'));
  assert.equal((await fetch(`${site.url}/about/`)).status, 200);
  await site.stop(); // writes what waits in memory
  const seen = await reportsSeen(beside, 1000);
  assert.equal(seen.site.find(({ blocked }) => blocked === 'https://pictures.example.net')?.count, 4);
  assert.ok(seen.kinds <= 300);
  assert.doesNotMatch(JSON.stringify(seen), /script|127\.0\.0\.1|::1|node|undici/i);
  await until(() => site.lines.some(({ event }) => event === 'server.stopped'));
  assert.doesNotMatch(JSON.stringify(site.lines), /n\d+\.example|"bug\./);
});
