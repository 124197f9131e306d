import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startAkismetFake } from '../support/akismet-fake.ts';
import { startPostgres } from '../support/postgres.ts';
import { letterOf, startSmtpFake } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import {
  deskCookie,
  deskLink,
  linksIn,
  postForm,
  startSite,
  type TestSite,
  until,
} from '../support/test-site.ts';

/** Each engine that the settings can name, and what to set for it. */
const ENGINES: Record<string, (t: TestContext) => Promise<NodeJS.ProcessEnv>> = {
  SQLite: async () => ({}),
  PostgreSQL: async (t) => {
    const server = await startPostgres();
    t.after(() => server.stop());
    return { DATABASE_URL: server.url };
  },
};

for (const [engine, settings] of Object.entries(ENGINES)) {
  test(`on ${engine}: an article is read, a comment let through, a digest sent and stopped by one click`, async (t) => {
    const database = await settings(t);
    const [akismet, relay] = await Promise.all([startAkismetFake(), startSmtpFake()]);
    t.after(() => Promise.all([akismet.stop(), relay.stop()]));
    const site = await startSite(t, {
      ...database,
      AKISMET_KEY: akismet.key,
      AKISMET_URL: akismet.url,
      SMTP_URL: relay.url,
    });
    t.after(() => site.stop()); // before the database goes
    const page = await publish(site);
    await letCommentThrough(site, page);
    // The editor may have been written to meanwhile, about the comment.
    const ofBob = (subject: string) =>
      relay.messages.filter(
        ({ to, raw }) => to[0] === 'bob@example.org' && letterOf(raw).headers.subject?.includes(subject),
      );
    const confirmation = await subscribe(site, async () => {
      await until(() => ofBob('Confirm').length > 0, 'the confirmation letter');
      return ofBob('Confirm')[0]?.raw;
    });
    for (const method of ['GET', 'HEAD']) assert.equal((await fetch(confirmation, { method })).status, 200);
    assert.match(
      (await site.command('digest', 'send', '--cadence', 'weekly')).stdout,
      /nobody has confirmed/,
      'a look changes nothing',
    );
    assert.equal((await postForm(confirmation, {})).status, 200);

    const sent = await site.command('digest', 'send', '--cadence', 'weekly');
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(sent.stdout, /1 letter to send[\s\S]*1 sent/);
    assert.match((await site.command('digest', 'send', '--cadence', 'weekly')).stdout, /nothing new/);
    const digests = ofBob('Fresh from the desk');
    assert.equal(digests.length, 1);
    await leaveByOneClick(site, letterOf(digests[0]?.raw ?? Buffer.alloc(0)));
  });
}

async function publish(site: TestSite): Promise<string> {
  const page = `${site.url}/articles/fresh/`;
  assert.equal((await fetch(page)).status, 404);
  writeArticle(site.contentDir, 'fresh', {
    title: 'Fresh from the desk',
    published: new Date(Date.now() - 60_000).toISOString(),
  });
  await until(async () => (await fetch(page)).status === 200, 'the article');
  assert.match(await (await fetch(`${site.url}/`)).text(), /Fresh from the desk/);
  return page;
}

async function letCommentThrough(site: TestSite, page: string): Promise<void> {
  const posted = await postForm(`${page}comments/`, {
    name: 'Ann',
    email: 'ann@example.org',
    body: 'Well *seen*.',
  });
  assert.equal(posted.status, 303);
  const receipt = site.url + posted.headers.get('location');
  assert.match(await (await fetch(receipt)).text(), /data-state="held"/);
  const cookie = await signIn(site);
  const desk = await (await fetch(`${site.url}/desk/comments/`, { headers: { cookie } })).text();
  const id = /name="id" value="(\d+)"/.exec(desk)?.[1] ?? '';
  assert.doesNotMatch(await (await fetch(page)).text(), /Well <em>seen<\/em>/);
  assert.equal(
    (await postForm(`${site.url}/desk/comments/`, { id, action: 'approve' }, { cookie })).status,
    200,
  );
  assert.match(await (await fetch(page)).text(), /Well <em>seen<\/em>/);
}

async function signIn(site: TestSite): Promise<string> {
  const link = await deskLink(site);
  assert.equal((await fetch(link)).status, 200);
  return deskCookie(link);
}

async function subscribe(site: TestSite, letter: () => Promise<Buffer | undefined>): Promise<string> {
  const answers = await Promise.all(
    [1, 2].map(() => postForm(`${site.url}/newsletter/`, { email: 'bob@example.org', cadence: 'weekly' })),
  );
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/newsletter/check-your-mail/']);
  }
  const raw = await letter();
  assert.ok(raw);
  return linksIn(letterOf(raw).text).find((link) => link.includes('/newsletter/confirm/')) ?? '';
}

async function leaveByOneClick(
  site: TestSite,
  { headers, text }: ReturnType<typeof letterOf>,
): Promise<void> {
  const edition = linksIn(text).find((link) => link.includes('/newsletter/editions/'));
  assert.match(await (await fetch(edition ?? '')).text(), /Fresh from the desk/);
  const link = /<(.*)>/.exec(headers['list-unsubscribe'] ?? '')?.[1] ?? '';
  assert.match(await (await fetch(link)).text(), /Unsubscribe\?/, 'a look changes nothing');
  // As a mail provider does it (RFC 8058): no Origin, no cookie.
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  assert.equal(
    (await fetch(link, { method: 'POST', body, headers: { 'sec-fetch-site': 'cross-site' } })).status,
    200,
  );
  assert.match(await (await fetch(link)).text(), /You are unsubscribed/);
  writeArticle(site.contentDir, 'later', { published: new Date().toISOString() });
  assert.match((await site.command('digest', 'send', '--cadence', 'weekly')).stdout, /nobody has confirmed/);
}
