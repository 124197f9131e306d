import { type Browser, expect, type Page } from '@playwright/test';
import { openDatabase } from '#core/platform/db.ts';
import { publishBeside } from '../support/published-comment.ts';
import { letterOf, type SmtpFake } from '../support/smtp-fake.ts';
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
  const links = everyLink(relay);
  for (const kind of [
    ...['newsletter/confirm', 'newsletter/preferences', 'newsletter/unsubscribe', 'newsletter/editions'],
    ...['newsletter/comment', 'newsletter/not-me', 'comments/decide'],
    ...['comments/notices/confirm', 'comments/notices/stop'],
  ])
    expect(links.join('\n'), 'a link of each kind').toContain(`${site.url}/${kind}/`);

  const before = await everythingKept(site);
  for (const link of links)
    for (const method of ['GET', 'HEAD'])
      expect([200, 410], `${method} ${link}`).toContain((await fetch(link, { method })).status);
  await openEach(browser, links);
  expect(await everythingKept(site)).toEqual(before);

  // What the links are for still works.
  const asking = linkTo('confirm', await letterTo(relay, 'late@example.org', 'Confirm'));
  expect((await postForm(asking, {})).status).toBe(200);
  expect(await everythingKept(site)).not.toEqual(before);
});

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
  await until(async () => {
    const { delivery = [] } = await everythingKept(site);
    return (delivery as { state: string }[]).every(({ state }) => /^(?:sent|skipped)$/.test(state));
  }, 'every letter being noted as sent');
}

/** Of both bodies and of the head. */
function everyLink({ messages }: SmtpFake): string[] {
  const links = messages.flatMap(({ raw }) => {
    const { text, html, headers } = letterOf(raw);
    return linksIn([text, html, ...Object.values(headers)].join('\n'));
  });
  return [...new Set(links.map((link) => link.replace(/[>).,]+$/, '')))];
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

/** Every row of every table but those that a look is to change: who read what. */
async function everythingKept({ dataDir }: TestSite): Promise<Record<string, unknown[]>> {
  const { db } = openDatabase({ dataDir });
  try {
    const tables = await db.introspection.getTables();
    const kept: Record<string, unknown[]> = {};
    for (const { name } of tables) {
      if (/^(?:article_view|article_view_total|page_change|session)$/.test(name)) continue;
      const rows = await db
        .selectFrom(name as 'setting')
        .selectAll()
        .execute();
      kept[name] = rows.filter((row) => row.name !== 'filter-health'); // the worker's own note
    }
    return kept;
  } finally {
    await db.destroy();
  }
}
