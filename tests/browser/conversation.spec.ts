import { expect, type Locator, type Page } from '@playwright/test';
import { setRules } from '../support/comment-rules.ts';
import { publishBeside } from '../support/published-comment.ts';
import { test } from './site.ts';
import { approve, comment, decide, OUTAGE, reloadUntil, writeComment } from './steps.ts';

const eve = { name: 'Eve', email: 'eve@example.org', body: 'Five hours here.' };

/** A comment by its number, with the answers that stand below it. */
const numbered = (page: Page | Locator, number: number) => page.locator(`#comment-${number}`);

const ofReaders = (page: Page) => page.locator('li[id^="comment-"]');

test('an answer stands below what it answers, four deep; a deeper one beside its like, and says what it answers', async ({
  page,
  site,
}) => {
  const [first = 0] = await publishBeside(site, OUTAGE.slug, [{ name: 'Ann', body: 'All day.' }]);
  const [second = 0] = await publishBeside(site, OUTAGE.slug, [{ name: 'Ben', body: 'So?', reply: first }]);
  const [third = 0] = await publishBeside(site, OUTAGE.slug, [{ name: 'Cleo', body: 'Ah.', reply: second }]);
  await publishBeside(site, OUTAGE.slug, [
    { name: 'Dora', body: 'Well!', reply: third },
    { name: 'Eve', body: 'I am known here.' },
  ]);
  await page.goto(OUTAGE.path);
  const nested = [1, 2, 3, 4].reduce<Page | Locator>(numbered, page) as Locator;
  await expect(nested.getByText('Well!')).toBeVisible();
  await expect(nested.getByText('in reply to')).toHaveCount(0);

  await nested.getByRole('link', { name: 'Reply' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Answer Dora');
  await expect(page.getByText('Well!')).toBeVisible();
  await writeComment(page, eve);
  await expect(page.getByRole('status')).toContainText('Published');
  await page.getByRole('link', { name: 'See it on the page' }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}#comment-6`);
  const answer = numbered(page, 6);
  await expect(answer).toContainText('Five hours here.');
  await expect(numbered(numbered(page, 3), 6)).toHaveCount(1);
  await expect(numbered(numbered(page, 4), 6)).toHaveCount(0);
  await expect(answer).toContainText('in reply to no. 4 (Dora)');
  await answer.getByRole('link', { name: 'no. 4' }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}#comment-4`);
});

test('a comment keeps its number and its address; where one is gone, the answers to it stay', async ({
  page,
  desk,
  site,
}) => {
  const [first = 0] = await publishBeside(site, OUTAGE.slug, [{ name: 'Ann', body: 'A mistake.' }]);
  await publishBeside(site, OUTAGE.slug, [
    { name: 'Ben', body: 'An answer.', reply: first },
    { name: 'Cleo', body: 'Something else.' },
    { name: 'Eve', body: 'I am known here.' },
  ]);
  await desk.goto('/desk/comments/?state=published');
  await decide(desk, 'Trash', 'Ann');
  await decide(desk, 'Trash', 'Cleo');
  await page.goto(OUTAGE.path);
  await expect(page.getByRole('heading', { name: '2 comments' })).toBeVisible();
  await expect(numbered(page, 1)).toContainText('This comment is no longer here.');
  await expect(numbered(page, 1).getByText('Ann')).toHaveCount(0);
  await expect(numbered(numbered(page, 1), 2)).toContainText('An answer.');
  await expect(numbered(page, 3)).toHaveCount(0);

  await comment(page, eve);
  await page.getByRole('link', { name: 'See it on the page' }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}#comment-5`);
  await numbered(page, 2).getByRole('link', { name: /UTC/ }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}#comment-2`);
  await desk.goto('/desk/comments/?state=trash');
  await decide(desk, 'Approve', 'Cleo');
  await page.reload();
  await expect(numbered(page, 3)).toContainText('Something else.');
});

test('the oldest or the newest stand first, a hundred to a page, and none ever moves to another', async ({
  page,
  site,
}) => {
  const many = Array.from({ length: 205 }, (_, i) => ({ name: 'Ann', body: `Comment of number ${i + 1}.` }));
  await publishBeside(site, OUTAGE.slug, many);
  await page.goto(OUTAGE.path);
  await expect(page.getByRole('heading', { name: '205 comments' })).toBeVisible();
  await expect(ofReaders(page)).toHaveCount(100);
  await expect(ofReaders(page).first()).toHaveId('comment-1');
  const pages = page.getByRole('navigation', { name: 'Pages of comments' });
  await expect(pages).toContainText('Page 1 of 3');
  await pages.getByRole('link', { name: 'Newer' }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}comments/?page=2#comments`);
  await expect(ofReaders(page).first()).toHaveId('comment-101');
  await page.getByRole('link', { name: 'Newest first' }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}comments/?order=newest#comments`);
  await expect(ofReaders(page)).toHaveCount(5);
  await expect(ofReaders(page).first()).toHaveId('comment-205');
  await pages.getByRole('link', { name: 'Older' }).click();
  await expect(ofReaders(page).first()).toHaveId('comment-200');
  await expect(ofReaders(page)).toHaveCount(100);

  await publishBeside(site, OUTAGE.slug, [{ name: 'Ben', body: 'One more.' }]);
  await page.goto(`${OUTAGE.path}comments/?page=3`);
  await reloadUntil(page, () => expect(ofReaders(page)).toHaveCount(6, { timeout: 100 }));
  await page.goto(`${OUTAGE.path}comments/?page=2#comment-200`);
  await expect(numbered(page, 200)).toContainText('Comment of number 200.');
  expect((await page.goto(`${OUTAGE.path}comments/?page=4`))?.status()).toBe(404);
});

test('where the site puts the newest first, every comment is found at its address', async ({
  page,
  desk,
  site,
}) => {
  setRules(site, { order: 'newest' });
  const many = Array.from({ length: 101 }, (_, i) => ({ name: `Ann ${i + 1}`, body: `Comment ${i + 1}.` }));
  await publishBeside(site, OUTAGE.slug, many);
  await page.goto(OUTAGE.path);
  await reloadUntil(page, () => expect(ofReaders(page).first()).toHaveId('comment-101', { timeout: 100 }));
  const last = await numbered(page, 101).getByRole('link', { name: /UTC/ }).getAttribute('href');
  await page.getByRole('link', { name: 'Oldest first' }).click();
  await expect(ofReaders(page).first()).toHaveId('comment-1');
  await page.getByRole('link', { name: 'Newer' }).click();
  await expect(page.getByText('Oldest first.')).toBeVisible();
  await expect(numbered(page, 101)).toBeVisible();

  const more = Array.from({ length: 100 }, (_, i) => ({ name: 'Ben', body: `More of it ${i + 1}.` }));
  await publishBeside(site, OUTAGE.slug, more);
  await page.goto(OUTAGE.path);
  await reloadUntil(page, () => expect(ofReaders(page).first()).toHaveId('comment-201', { timeout: 100 }));
  await page.goto(new URL(last ?? '', site.url + OUTAGE.path).href);
  await expect(numbered(page, 101)).toBeVisible();
  await desk.goto('/desk/comments/?state=published&name=Ann+1');
  const oldest = desk.getByRole('article', { name: 'Comment by Ann 1', exact: true });
  await oldest.getByRole('link', { name: OUTAGE.title }).click();
  await expect(numbered(desk, 1)).toBeVisible();
});

test('an answer from the desk carries the mark of the author, and is taken back with the approval', async ({
  page,
  desk,
}) => {
  await comment(page, { ...eve, body: 'Who tells us?' });
  await desk.goto('/desk/comments/');
  const held = desk.getByRole('article', { name: 'Comment by Eve' });
  await held.getByText('Approve and reply').click();
  await held.getByRole('textbox', { name: /Your answer, as/ }).fill('We do, *here*.');
  await held.getByRole('button', { name: 'Approve and publish the answer' }).click();
  await expect(desk.getByRole('status')).toContainText('Your answer to Eve is published.');
  await page.goto(OUTAGE.path);
  const answer = numbered(numbered(page, 1), 2);
  await expect(answer).toContainText('The Watchpost desk');
  await expect(answer.getByText('Author', { exact: true })).toBeVisible();
  await expect(answer.getByRole('emphasis')).toHaveText('here');
  await expect(page.getByText('Author', { exact: true })).toHaveCount(1);

  await desk.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(desk.getByRole('status')).toContainText('Taken back: 2 comments.');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(0);
});

test('a pinned comment stands above the others until it is unpinned', async ({ page, desk, site }) => {
  await publishBeside(site, OUTAGE.slug, [
    { name: 'Ann', body: 'First.' },
    { name: 'Ben', body: 'The best of all.' },
  ]);
  const pinned = page.getByRole('complementary', { name: 'Pinned comment' });
  await desk.goto('/desk/comments/?state=published');
  const ben = desk.getByRole('article', { name: 'Comment by Ben' });
  await ben.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(desk.getByRole('status')).toContainText('It is pinned above the others.');
  await page.goto(OUTAGE.path);
  await expect(pinned).toContainText('The best of all.');
  await expect(numbered(page, 2)).toContainText('The best of all.');

  await ben.getByRole('button', { name: 'Unpin' }).click();
  await expect(desk.getByRole('status')).toContainText('It is pinned no more.');
  await page.goto(OUTAGE.path);
  await expect(numbered(page, 2)).toBeVisible();
  await expect(pinned).toHaveCount(0);
});

test('alike comments are decided together, and the decision is taken back as one', async ({
  page,
  desk,
  site,
}) => {
  for (const [name, words] of [
    ['Rex', 'Have a look at https://pills.example/a, it helped me a lot.'],
    ['Sue', 'As for cheap things, my brother goes to https://pills.example/b each week.'],
    ['Tom', 'https://pills.example/c has what you need; no questions are asked there.'],
  ] as const)
    await comment(page, { name, email: `${name.toLowerCase()}@example.org`, body: words });
  await comment(page, { ...eve, body: 'A question about something else altogether.' });
  await desk.goto('/desk/comments/');
  const together = desk.getByRole('region', { name: '3 comments that are alike' });
  await expect(together.getByRole('article')).toHaveCount(3);
  await together.getByRole('button', { name: 'Spam all 3' }).click();
  await expect(desk.getByRole('status').first()).toContainText('3 comments are now under “Spam”.');
  await expect(desk.getByRole('article')).toHaveCount(1);

  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(desk.getByRole('status').first()).toContainText('Taken back: 3 comments.');
  await expect(together.getByRole('article')).toHaveCount(3);
  await together.getByRole('button', { name: 'Trash all 3' }).click();
  await expect(desk.getByRole('status').first()).toContainText('3 comments are now under “Trash”.');
  await desk.goto('/desk/comments/?state=trash');
  await expect(desk.getByRole('article')).toHaveCount(3);
  await desk
    .getByRole('row', { name: /3 comments/ })
    .getByRole('button', { name: 'Take back' })
    .click();
  await expect(desk.getByRole('status').first()).toContainText('Taken back: 3 comments.');
  await desk.goto('/desk/comments/');
  await expect(together.getByRole('article')).toHaveCount(3);
  expect(site.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('what was approved by mistake is taken back, and approved anew it has its old number', async ({
  page,
  desk,
  site,
}) => {
  await publishBeside(site, OUTAGE.slug, [{ name: 'Ann', body: 'First.' }]);
  await comment(page, eve);
  await approve(desk, 'Eve');
  await page.goto(OUTAGE.path);
  await expect(numbered(page, 2)).toBeVisible();
  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(desk.getByRole('status')).toContainText('Taken back: 1 comment.');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(1);
  await approve(desk, 'Eve');
  await page.goto(OUTAGE.path);
  await expect(numbered(page, 2)).toContainText(eve.body);
});
