import { expect } from '@playwright/test';
import { writeArticle } from '../support/test-app.ts';
import { test } from './stage.ts';
import { OUTAGE } from './steps.ts';

test('the home page leads to the story of the outage', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveTitle('Watchpost: Security news, told plainly');
  await page.getByRole('link', { name: OUTAGE.title }).click();
  await expect(page).toHaveURL(OUTAGE.path);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(OUTAGE.title);
});

test('a story is told in full: what, by whom, when, and what to do now', async ({ page }) => {
  await page.goto(OUTAGE.path);
  const story = page.getByRole('article').filter({ has: page.getByRole('heading', { level: 1 }) });
  await expect(
    story.getByText('It is supposed to keep criminals out of your account, not you.'),
  ).toBeVisible();
  await expect(story.getByRole('link', { name: 'The Watchpost desk' })).toHaveAttribute(
    'href',
    '/authors/desk/',
  );
  await expect(story.getByText('19 November 2018 at 14:30 UTC').first()).toBeVisible();
  await expect(story.getByRole('link', { name: 'Authentication' }).first()).toBeVisible();
  await expect(story.getByText('The first check passed. The second never answered.')).toBeVisible();
  const actions = story.getByRole('region', { name: 'What to do now' }).getByRole('listitem');
  await expect(actions.first()).toHaveText('Leave multi-factor authentication switched on.');
  await expect(actions).toHaveCount(5);
  await expect(story.getByRole('heading', { name: 'What has happened' })).toBeVisible();
});

test('the pictures of a story and of its author are shown', async ({ page }) => {
  await page.goto(OUTAGE.path);
  for (const name of [/An outer door stands open/, /A small watch house on posts/]) {
    const picture = page.getByRole('img', { name });
    await expect(picture).toBeVisible();
    expect(await picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  }
});

test('below a story readers are told how comments are taken', async ({ page }) => {
  await page.goto('/articles/recovery-codes/'); // one on which nobody says anything
  await expect(page.getByRole('heading', { name: 'Comments' })).toBeVisible();
  await expect(page.getByText('No comments yet.')).toBeVisible();
  const form = page.getByRole('region', { name: 'Add yours' });
  await expect(form.getByText('Your email address will not be published.')).toBeVisible();
  await expect(form.getByText('Akismet')).toHaveCount(0); // none is set here, so none is named
  await form.getByRole('link', { name: 'What this site keeps about you' }).click();
  await expect(page.getByRole('heading', { name: 'Privacy', level: 1 })).toBeVisible();
});

test('from a story readers get to its topic and to its author', async ({ page }) => {
  await page.goto(OUTAGE.path);
  await page.getByRole('link', { name: 'Authentication' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Authentication');
  await page.getByRole('link', { name: OUTAGE.title }).click();
  await page.getByRole('link', { name: 'The Watchpost desk' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The Watchpost desk');
  await expect(page.getByRole('link', { name: OUTAGE.title })).toBeVisible();
});

test('every page leads to the articles, the topics, the newsletter, the search and what the site is', async ({
  page,
}) => {
  await page.goto('/');
  const sections = page.getByRole('navigation', { name: 'Sections' });
  for (const [name, heading] of [
    ['Articles', 'Articles'],
    ['Topics', 'Topics'],
    ['Newsletter', 'The digest, by mail'],
    ['About', 'About Watchpost'],
    ['Search', 'Search'],
  ] as const) {
    await sections.getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    await expect(sections.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
  }
});

test('an address where nothing stands says so and offers the latest stories', async ({ page }) => {
  const response = await page.goto('/articles/never-written/');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing at this address');
  await expect(page.getByRole('region', { name: 'Latest' }).getByRole('article')).toHaveCount(4);
});

test('a mistyped address leads to the story that was meant', async ({ page }) => {
  const response = await page.goto('/articles/pass-keys-explaned/');
  expect(response?.status()).toBe(404);
  const near = page.getByRole('region', { name: 'You may have meant' });
  await near.getByRole('link', { name: 'Passkeys explained' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Passkeys explained');
});

test('everything published is found by year, down to the month', async ({ page }) => {
  await page.goto('/articles/');
  await page.getByRole('link', { name: 'by year' }).click();
  await page.getByRole('main').getByRole('link', { name: '2018' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'November 2018' })).toBeVisible();
  await page.getByRole('link', { name: OUTAGE.title }).click();
  await expect(page).toHaveURL(OUTAGE.path);
});

test('the updates of a story stand in a timeline, each at an address of its own', async ({ page }) => {
  await page.goto(OUTAGE.path);
  await page.getByRole('link', { name: 'All 3 updates' }).click();
  await expect(page).toHaveURL(`${OUTAGE.path}#updates`);
  const updates = page.getByRole('region', { name: 'Updates' }).getByRole('listitem');
  await expect(updates).toHaveCount(3);
  await expect(updates.first()).toHaveId('update-20181120T0900');
  await expect(updates.first()).toContainText('the problem has been mitigated');
});

test('a saved file is on the site without a restart', async ({ page, stage }) => {
  await page.goto('/articles/');
  const link = page.getByRole('link', { name: 'A patch that cannot wait' });
  await expect(link).toHaveCount(0);
  writeArticle(stage.site.contentDir, 'a-patch', {
    title: 'A patch that cannot wait',
    published: '2020-01-01T08:00:00Z',
  });
  await expect(async () => {
    await page.reload();
    await expect(link).toBeVisible({ timeout: 100 });
  }).toPass();
  await link.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A patch that cannot wait');
});
