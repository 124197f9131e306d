import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, expect, type Page } from '@playwright/test';
import { openDatabase } from '#core/platform/db.ts';
import { publishBeside } from '../support/published-comment.ts';
import { letterOf, type SmtpFake, type SmtpMessage } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import { linksIn, postForm, type TestSite, until } from '../support/test-site.ts';
import { settled } from './hostile-stage.ts';
import { testWithBoth as test } from './site.ts';
import { approve, letterTo, linkTo, OUTAGE } from './steps.ts';

const ANN = 'ann@example.org';
const READER = 'reader@example.org';
const MODERATOR = 'newsletter@watchpost.example';

test('a mail scanner that follows every link of every letter, scripts and all, changes nothing', async ({
  browser,
  desk,
  site,
  relay,
}) => {
  test.slow();
  await haveEveryLetterSent(site, relay, desk);
  const links = everyLink(relay.messages);
  for (const kind of [
    ...['newsletter/confirm', 'newsletter/preferences', 'newsletter/unsubscribe', 'newsletter/editions'],
    ...['newsletter/comment', 'newsletter/not-me', 'comments/decide'],
    ...['comments/notices/confirm', 'comments/notices/stop'],
  ])
    expect(links.join('\n'), 'a link of each kind').toContain(`${site.url}/${kind}/`);

  const before = await everythingKept(site);
  await follow(browser, links);
  expect(await everythingKept(site)).toEqual(before);

  // What the links are for still works.
  const asking = linkTo('confirm', await letterTo(relay, 'late@example.org', 'Confirm'));
  expect((await postForm(asking, {})).status).toBe(200);
  expect(await everythingKept(site)).not.toEqual(before);
});

test('a scanner changes nothing by any link of an alert, an update, a letter and a digest; one click does', async ({
  browser,
  site,
  relay,
}) => {
  test.slow();
  await haveEveryEditionSent(site, relay);
  const letters = relay.messages.filter(({ raw }) => 'list-id' in letterOf(raw).headers);
  expect(letters.map(({ raw }) => letterOf(raw).headers.subject)).toHaveLength(EDITIONS.length);
  for (const { raw } of letters) {
    const { text, html, headers } = letterOf(raw);
    for (const [part, words] of Object.entries({ text, html }))
      for (const kind of ['newsletter/preferences', 'newsletter/unsubscribe', 'newsletter/editions'])
        expect(words, `${headers.subject}, ${part}`).toContain(`${site.url}/${kind}/`);
    expect(oneClickOf(raw)).toContain(`${site.url}/newsletter/unsubscribe/`);
  }
  const links = everyLink(letters);
  expect(links.filter((link) => !link.startsWith(site.url))).toEqual([]);
  for (const page of [`/articles/${WORM}/`, '/articles/passkeys-explained/', '/newsletter/comment/'])
    expect(links.join('\n'), 'a link of each kind').toContain(site.url + page);

  const before = await everythingKept(site);
  await follow(browser, links);
  expect(await everythingKept(site)).toEqual(before);

  // RFC 8058: what a scanner must not do, and a mail program does; no cookie, no Origin, no way elsewhere.
  const [alert] = letters;
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  const clicked = await fetch(oneClickOf(alert?.raw ?? Buffer.alloc(0)), {
    ...{ method: 'POST', body, redirect: 'manual' },
  });
  expect(clicked.status).toBe(200);
  const { subscriber: left } = await everythingKept(site);
  const states = (left as { email: string; state: string }[]).map(({ email, state }) => [email, state]);
  expect(states).toEqual([[READER, 'unsubscribed']]);
});

const WORM = 'worm-in-the-mail-room';
const EDITIONS = [
  ['alert', WORM, '--yes'],
  ['alert', WORM, '--update', '--yes'],
  ['letter', 'hello', '--yes'],
  ['digest', 'send', '--cadence', 'weekly'],
];

/** An alert, one of an update, a letter written by hand and a digest lie in a reader's mailbox. */
async function haveEveryEditionSent(site: TestSite, relay: SmtpFake): Promise<void> {
  const form = { email: READER, cadence: 'weekly', alerts: '4' };
  await postForm(`${site.url}/newsletter/`, form);
  await postForm(linkTo('confirm', await letterTo(relay, READER, 'Confirm')), {});
  const [published, at] = [2, 1].map((hours) => new Date(Date.now() - hours * 3_600_000).toISOString());
  writeArticle(site.contentDir, WORM, {
    ...{ title: 'A worm in the mail room', dek: 'It opens by itself.', published, severity: 'critical' },
    ...{ status: 'ongoing', updates: [{ at, text: 'There is a patch.' }] },
  });
  const letters = path.join(site.contentDir, 'letters');
  mkdirSync(letters, { recursive: true });
  const words = 'Read [what passkeys are](/articles/passkeys-explained/) first.';
  writeFileSync(path.join(letters, 'hello.md'), `---\ntitle: Hello\n---\n${words}\n`);
  await until(async () => (await fetch(`${site.url}/articles/${WORM}/`)).ok, 'the article');
  for (const command of EDITIONS) {
    const { code, stdout, stderr } = await site.command(...command);
    expect(code, `${command.join(' ')}: ${stdout}${stderr}`).toBe(0);
  }
  await untilAllSent(site);
}

/** Where a mail program posts to, where the letter says that it may. */
function oneClickOf(raw: Buffer): string {
  const { headers } = letterOf(raw);
  expect(headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
  return /<(http[^>]*)>/.exec(headers['list-unsubscribe'] ?? '')?.[1] ?? '';
}

/** Confirmation, digest, one’s link, held comment, question about replies, replies: each lies in somebody's mailbox. */
async function haveEveryLetterSent(site: TestSite, relay: SmtpFake, desk: Page): Promise<void> {
  const sign = (email: string) => postForm(`${site.url}/newsletter/`, { email, cadence: 'weekly' });
  await sign(READER);
  await postForm(linkTo('confirm', await letterTo(relay, READER, 'Confirm')), {});
  await site.command('digest', 'send', '--cadence', 'weekly');
  await letterTo(relay, READER, 'weekly');
  await postForm(`${site.url}/newsletter/link/`, { email: READER });
  await letterTo(relay, READER, 'Your link');
  await sign('late@example.org');
  await letterTo(relay, 'late@example.org', 'Confirm');

  const post = (fields: Record<string, string>) =>
    postForm(`${site.url}${OUTAGE.path}comments/`, { website: '', notify: 'on', ...fields });
  await post({ name: 'Ann', email: ANN, body: 'We were locked out.' });
  await letterTo(relay, MODERATOR, 'A comment waits for you');
  await approve(desk, 'Ann');
  const { text } = await letterTo(relay, ANN, 'Do you want to hear of replies');
  await postForm(linksIn(text).find((link) => link.includes('/notices/confirm/')) ?? '', {});
  await publishBeside(site, OUTAGE.slug, [{ name: 'Ben', body: 'I am known here.' }]);
  await post({ name: 'Ben', email: 'ben@example.org', body: 'All day?', parent: '1' });
  await letterTo(relay, ANN, 'Somebody answered you');
  await letterTo(relay, 'ben@example.org', 'Do you want to hear of replies');
  await untilAllSent(site);
}

async function untilAllSent(site: TestSite): Promise<void> {
  await until(async () => {
    const { delivery = [], edition = [], edition_tally: tallies = [] } = await everythingKept(site);
    const rows = [...delivery, ...edition] as { state: string }[];
    return rows.every(({ state }) => /^(?:sent|skipped)$/.test(state)) && tallies.length === edition.length;
  }, 'every letter being noted as sent, and counted');
}

/** Of both bodies and of the head. */
function everyLink(messages: readonly SmtpMessage[]): string[] {
  const links = messages.flatMap(({ raw }) => {
    const { text, html, headers } = letterOf(raw);
    return linksIn([text, html, ...Object.values(headers)].join('\n'));
  });
  return [...new Set(links.map((link) => link.replace(/[>).,]+$/, '')))];
}

/** As scanners do: fetched, asked after, and opened in a browser. */
async function follow(browser: Browser, links: readonly string[]): Promise<void> {
  for (const link of links)
    for (const method of ['GET', 'HEAD'])
      expect([200, 410], `${method} ${link}`).toContain((await fetch(link, { method })).status);
  await openEach(browser, links);
}

async function openEach(browser: Browser, links: readonly string[]): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  for (const link of links) {
    await page.goto(link);
    await settled(page);
  }
  await context.close();
}

/** What the worker writes down now and then, of itself. */
const WORKERS_NOTES = ['filter-health', 'instance-seen', 'relay-health'];

/** Every row of every table but those that a look is to change: who read what. */
async function everythingKept({ dataDir }: TestSite): Promise<Record<string, unknown[]>> {
  const { db } = openDatabase({ dataDir });
  try {
    const tables = await db.introspection.getTables();
    const kept: Record<string, unknown[]> = {};
    for (const { name } of tables) {
      if (/^(?:article_view|article_view_total|page_change|process_run|session)$/.test(name)) continue;
      const rows = await db
        .selectFrom(name as 'setting')
        .selectAll()
        .execute();
      kept[name] = rows.filter((row) => !WORKERS_NOTES.includes(String(row.name)));
    }
    return kept;
  } finally {
    await db.destroy();
  }
}
