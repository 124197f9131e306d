import { expect, type Page } from '@playwright/test';
import { setRules } from '../support/comment-rules.ts';
import { publishBeside } from '../support/published-comment.ts';
import { writeArticle } from '../support/test-app.ts';
import { postForm } from '../support/test-site.ts';
import { testWithBoth as test } from './site.ts';
import { comment, fillIn, OUTAGE, reloadUntil, writeComment } from './steps.ts';

const ann = { name: 'Ann', email: 'ann@example.org', body: 'We were locked out *all day*.' };
const FRESH = '/articles/fresh/';

const ofReaders = (page: Page) => page.locator('li[id^="comment-"]');

/** Waits until a page says so, and then neither takes nor offers a comment. */
async function expectClosed(page: Page, words: string): Promise<void> {
  await reloadUntil(page, () => expect(page.getByText(words)).toBeVisible({ timeout: 100 }));
  await expect(page.getByRole('button', { name: 'Post comment' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Reply' })).toHaveCount(0);
}

test('a closed article shows its comments, takes no more, and gives back what was typed meanwhile', async ({
  page,
  browser,
  site,
}) => {
  const published = new Date().toISOString();
  writeArticle(site.contentDir, 'fresh', { title: 'Fresh', published });
  await publishBeside(site, 'fresh', [{ name: 'Ben', body: 'In time.' }]);
  await page.goto(FRESH);
  await reloadUntil(page, () => expect(page.getByText('In time.')).toBeVisible({ timeout: 100 }));
  const form = await fillIn(page, ann);
  writeArticle(site.contentDir, 'fresh', { title: 'Fresh', published, comments: 'closed' });
  const reader = await browser.newPage({ baseURL: site.url });
  await reader.goto(FRESH);
  await expectClosed(reader, 'Comments on this article are closed.');
  await expect(ofReaders(reader)).toContainText(['In time.']);
  await reader.close();

  const refused = page.waitForResponse((response) => response.status() === 409);
  await form.getByRole('button', { name: 'Post comment' }).click();
  await refused;
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your comment was not posted');
  await expect(page.getByText(ann.body)).toBeVisible();
  await page.goto(FRESH);
  await expect(ofReaders(page)).toHaveCount(1);
});

test('comments close by themselves so many days after publication', async ({ page, site }) => {
  setRules(site, { closeAfterDays: 30 });
  await page.goto(OUTAGE.path);
  await expectClosed(page, 'Comments close 30 days after publication; these are closed.');
  writeArticle(site.contentDir, 'fresh', { title: 'Fresh', published: new Date().toISOString() });
  await expect(async () => {
    expect((await page.goto(FRESH))?.status()).toBe(200);
  }).toPass();
  await writeComment(page, ann);
});

test('a site that only reads takes no comment anywhere', async ({ page, site }) => {
  await publishBeside(site, OUTAGE.slug, [{ name: 'Ben', body: 'In time.' }]);
  setRules(site, { readOnly: true });
  await page.goto(OUTAGE.path);
  await expectClosed(page, 'The site takes no new comments at the moment.');
  await page.goto(`${OUTAGE.path}comments/?reply=1`);
  await expect(page.getByText('The site takes no new comments at the moment.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Post comment' })).toHaveCount(0);
  const { status } = await postForm(`${site.url}${OUTAGE.path}comments/`, { ...ann, website: '' });
  expect(status).toBe(409);
});

test('a flood from one network is refused with the time to wait, while another visitor still posts', async ({
  page,
  browser,
  site,
}) => {
  setRules(site, { flood: { network: { burst: 3, everySeconds: 600 } } });
  await page.goto(OUTAGE.path);
  const post = (n: number) =>
    postForm(
      `${site.url}${OUTAGE.path}comments/`,
      { ...ann, body: `Flood ${n}`, website: '' },
      { 'x-forwarded-for': '203.0.113.7' },
    );
  const answers: Response[] = [];
  await expect(async () => {
    answers.push(await post(answers.length));
    expect(answers.at(-1)?.status).toBe(429);
  }).toPass({ intervals: [10] });
  expect(answers.slice(0, -1).every(({ status }) => status === 303)).toBe(true);
  const seconds = Number(answers.at(-1)?.headers.get('retry-after'));
  expect(Number.isInteger(seconds) && seconds > 0).toBe(true);

  const flooder = await browser.newPage({
    baseURL: site.url,
    extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' },
  });
  await flooder.goto(OUTAGE.path);
  const form = await fillIn(flooder, ann);
  await form.getByRole('button', { name: 'Post comment' }).click();
  await expect(flooder.getByRole('status')).toContainText('That was a lot in a short time.');
  await expect(flooder.getByRole('textbox', { name: 'Comment' })).toHaveValue(ann.body);
  await flooder.close();

  const visitor = await browser.newPage({
    baseURL: site.url,
    extraHTTPHeaders: { 'x-forwarded-for': '198.51.100.9' },
  });
  await comment(visitor, { name: 'Ben', email: 'ben@example.org', body: 'A word in between.' });
  await visitor.close();
});
