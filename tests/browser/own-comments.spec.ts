import { expect, type Page } from '@playwright/test';
import { publishBeside } from '../support/published-comment.ts';
import { testWithAkismet as test } from './site.ts';
import { approve, comment, fillIn, OUTAGE, writeComment } from './steps.ts';

const ann = { name: 'Ann', email: 'ann@example.org', body: 'We were locked out *all day*.' };
const OTHER = '/articles/sim-swapping/';

const status = (page: Page) => page.getByRole('status').first();
const ofReaders = (page: Page) => page.locator('li[id^="comment-"]');
const ownHere = (page: Page) => page.getByRole('complementary', { name: 'Your comments here' });

test('a preview shows the comment as it will stand, keeps every word and saves nothing', async ({
  page,
  desk,
}) => {
  await page.goto(OUTAGE.path);
  const form = await fillIn(page, ann);
  await form.getByRole('textbox', { name: 'Website' }).fill('https://ann.example/');
  await form.getByRole('checkbox', { name: 'Tell me of replies' }).check();
  await form.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Preview of your comment');
  await expect(page.getByRole('emphasis').filter({ hasText: 'all day' })).toBeVisible();
  for (const [name, value] of Object.entries({
    Comment: ann.body,
    Name: ann.name,
    Email: ann.email,
    Website: 'https://ann.example/',
  }))
    await expect(page.getByRole('textbox', { name })).toHaveValue(value);
  await expect(page.getByRole('checkbox', { name: 'Tell me of replies' })).toBeChecked();
  await desk.goto('/desk/comments/');
  await expect(desk.getByText('No comment waits for you.')).toBeVisible();

  await page.getByRole('button', { name: 'Post comment' }).click();
  await expect(status(page)).toContainText('Held for a person to read');
  await desk.reload();
  await expect(desk.getByRole('article')).toHaveCount(1);
});

test('a preview of an answer stays an answer', async ({ page, site }) => {
  await publishBeside(site, OUTAGE.slug, [
    { name: 'Ben', body: 'And you?' },
    { name: 'Ann', body: 'I am known here.' },
  ]);
  await page.goto(`${OUTAGE.path}comments/?reply=1`);
  const form = await fillIn(page, ann);
  await form.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Post comment' }).click();
  await expect(status(page)).toContainText('Published');
  await page.goto(OUTAGE.path);
  await expect(page.locator('#comment-1 #comment-3')).toContainText('all day');
});

test('a password in a comment is pointed out before it is sent, and the writer decides', async ({
  page,
  akismet,
}) => {
  const asked = () => akismet.requests.filter(({ path }) => path === '/1.1/comment-check');
  const secret = { ...ann, body: 'It is the default here, password: Tr0ub4dor&3 as printed below.' };
  await page.goto(OUTAGE.path);
  let form = await fillIn(page, secret);
  const refused = page.waitForResponse((response) => response.status() === 422);
  await form.getByRole('button', { name: 'Post comment' }).click();
  await refused;
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A second look before it is sent');
  await expect(status(page)).toContainText('This looks like a password');
  await expect(status(page)).not.toContainText('Tr0ub4dor');
  expect(asked()).toHaveLength(0);
  await page.getByRole('textbox', { name: 'Comment' }).fill('It is the default, printed below.');
  await page.getByRole('button', { name: 'Post comment' }).click();
  await expect(status(page)).toContainText('Held for a person to read');
  expect(asked().map(({ fields }) => fields.comment_content)).toEqual(['It is the default, printed below.']);

  await page.goto(OUTAGE.path);
  form = await fillIn(page, secret);
  await form.getByRole('button', { name: 'Post comment' }).click();
  await page.getByRole('button', { name: 'Post anyway' }).click();
  await expect(status(page)).toContainText('Held for a person to read');
  expect(asked().at(-1)?.fields.comment_content).toBe(secret.body);
});

test('whoever asks for a person is not told to the filter', async ({ page, akismet, desk }) => {
  await page.goto(OUTAGE.path);
  const form = await fillIn(page, ann);
  await form.getByRole('checkbox', { name: /Do not send this to Akismet/ }).check();
  await form.getByRole('button', { name: 'Post comment' }).click();
  await expect(status(page)).toContainText('You asked that a person read it');
  await expect(page.getByText('Nothing was sent to anybody: you asked for a person.')).toBeVisible();
  await approve(desk, 'Ann');
  await page.reload();
  await expect(status(page)).toContainText('Published');
  await page.getByRole('textbox', { name: 'Change it' }).fill('We were locked out for hours.');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(status(page)).toContainText('You asked that a person read it');
  expect(akismet.requests.filter(({ path }) => path === '/1.1/comment-check')).toEqual([]);
  expect(akismet.requests.filter(({ raw }) => raw.includes('locked'))).toEqual([]);
});

test('a comment is changed from its receipt, checked again, and marked as edited', async ({
  page,
  site,
  akismet,
}) => {
  await publishBeside(site, OUTAGE.slug, [{ name: 'Ann', body: 'I am known here.' }]);
  await comment(page, ann);
  await expect(status(page)).toContainText('Published');
  await page.getByRole('textbox', { name: 'Change it' }).fill('We were locked out *for hours*.');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByRole('emphasis')).toHaveText('for hours');
  await expect(status(page)).toContainText('Published');
  const checks = akismet.requests.filter(({ path }) => path === '/1.1/comment-check');
  expect(checks.map(({ fields }) => [fields.comment_content, fields.recheck_reason])).toEqual([
    [ann.body, undefined],
    ['We were locked out *for hours*.', 'edit'],
  ]);
  const receipt = page.url();
  await page.goto(OUTAGE.path);
  await expect(page.locator('#comment-2')).toContainText('for hours');
  await expect(page.locator('#comment-2')).toContainText('edited');

  akismet.spamWhen = ({ comment_content = '' }) => comment_content.includes('casino');
  await page.goto(receipt);
  await page.getByRole('textbox', { name: 'Change it' }).fill('The best casino.');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(status(page)).toContainText('Not published');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(1);
});

test('a change that gives a secret away is pointed out as well', async ({ page }) => {
  await comment(page, ann);
  await page.getByRole('textbox', { name: 'Change it' }).fill('The password: Tr0ub4dor&3 is printed on it.');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByText('This looks like a password')).toBeVisible();
  await page.getByRole('button', { name: 'Save it anyway' }).click();
  await expect(page.getByRole('paragraph').filter({ hasText: 'is printed on it' })).toBeVisible();
});

test('a receipt gives out everything that is kept, and erases it', async ({ page, desk, site }) => {
  await comment(page, ann);
  const receipt = page.url();
  await approve(desk, 'Ann');

  await publishBeside(site, OUTAGE.slug, [{ name: 'Ben', body: 'So were we.', reply: 1 }]);
  await page.reload();
  const data = page.getByRole('link', { name: /Everything that is kept about it/ });
  const address = new URL((await data.getAttribute('href')) ?? '', site.url).href;
  const kept = await (await page.request.get(address)).text();
  for (const words of [ann.body, ann.email, '"published"']) expect(kept).toContain(words);
  expect(() => JSON.parse(kept)).not.toThrow();

  await page.getByRole('button', { name: 'Erase it, and me with it' }).click();
  await expect(status(page)).toContainText('It was erased');
  const left = await (await page.request.get(address)).text();
  const pageSource = await page.content();
  for (const words of ['locked out', ann.email]) {
    expect(left).not.toContain(words);
    expect(pageSource).not.toContain(words);
  }
  await page.goto(OUTAGE.path);
  await expect(page.locator('#comment-1')).toContainText('This comment is no longer here.');
  await expect(page.locator('#comment-1 #comment-2')).toContainText('So were we.');
  await desk.goto('/desk/comments/?state=published');
  await expect(desk.getByText('locked out')).toHaveCount(0);
  await page.goto(receipt);
  await expect(page.getByRole('button', { name: /Erase|Withdraw/ })).toHaveCount(0);
});

test('a browser finds its own comments under their article; other pages and other readers hear nothing of them', async ({
  page,
  browser,
}) => {
  const cookies: Record<string, string | undefined> = {};
  page.on('request', async (request) => {
    if (!request.isNavigationRequest()) return;
    const { pathname } = new URL(request.url());
    cookies[pathname] = (await request.allHeaders()).cookie;
  });
  await page.goto(OUTAGE.path); // which is then in the cache
  await comment(page, ann);
  const receipt = page.url();
  await page.goto(OUTAGE.path);
  await expect(ownHere(page)).toContainText('We were locked out *all day*.');
  await expect(ownHere(page)).toContainText('held for a person to read');
  await page.goto(`${OUTAGE.path}comments/?order=newest`);
  await expect(ownHere(page)).toBeVisible();
  await page.goto(OTHER);
  await expect(ownHere(page)).toHaveCount(0);
  await page.goto('/');
  expect(cookies[OUTAGE.path]).toContain('watchpost-receipts=');
  expect(cookies[OTHER]).toBeUndefined();
  expect(cookies['/']).toBeUndefined();

  const reader = await browser.newPage({ baseURL: new URL(receipt).origin });
  for (const address of [OUTAGE.path, `${OUTAGE.path}comments/?order=newest`]) {
    expect((await reader.goto(address))?.status()).toBe(200);
    await expect(ownHere(reader)).toHaveCount(0);
  }
  await reader.close();
  await page.goto(OUTAGE.path);
  await ownHere(page).getByRole('link').click();
  await expect(page).toHaveURL(receipt);
});

test('the same words sent twice stand there once', async ({ page, site }) => {
  await publishBeside(site, OUTAGE.slug, [{ name: 'Ann', body: 'I am known here.' }]);
  await comment(page, ann);
  const receipt = page.url();
  await page.goto(OUTAGE.path);
  await writeComment(page, ann);
  await expect(page).toHaveURL(receipt);
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(2);
});
