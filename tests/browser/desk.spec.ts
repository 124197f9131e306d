import { writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { deskLink } from '../support/test-site.ts';
import { test } from './site.ts';
import { approve, comment, decide, OUTAGE, signUp } from './steps.ts';

test('a sign-in link opens the desk once', async ({ page, site }) => {
  const link = await deskLink(site);
  await page.goto(link);
  await page.reload(); // looking at it uses nothing up
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Desk');
  await expect(page.getByRole('status')).toContainText('Nothing waits for you.');

  await page.context().clearCookies();
  const response = await page.goto(link);
  expect(response?.status()).toBe(410);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This link does not open the desk');
  await expect(page.getByRole('button', { name: 'Sign in' })).toHaveCount(0);
});

test('a link that somebody else has used meanwhile signs nobody in', async ({ page, browser, site }) => {
  const link = await deskLink(site);
  const other = await browser.newPage();
  for (const one of [page, other]) await one.goto(link);
  for (const one of [page, other]) await one.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Desk');
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('This link does not open the desk');
  await other.close();
});

test('without a relay, letters are read at the desk and their links work from there', async ({
  page,
  desk,
}) => {
  await signUp(page, 'reader@example.org');
  await expect(async () => {
    await desk.goto('/desk/mail/');
    await expect(desk.getByRole('row', { name: 'reader@example.org' })).toBeVisible({ timeout: 100 });
  }).toPass();
  await desk.getByRole('link', { name: 'Confirm your subscription to Watchpost' }).click();
  await expect(desk.getByRole('row', { name: 'To reader@example.org' })).toBeVisible();
  await desk.getByRole('link', { name: /newsletter\/confirm/ }).click();
  await desk.getByRole('button', { name: 'Yes, send me the weekly digest' }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('You are in');
});

test('the desk counts who has asked and who has confirmed', async ({ page, desk }) => {
  await desk.goto('/desk/subscribers/');
  await expect(desk.getByText('Nobody has signed up yet.')).toBeVisible();
  await signUp(page, 'reader@example.org');
  await signUp(page, 'another@example.org');
  await desk.reload();
  // Daily, weekly, monthly, all.
  const counts = desk.getByRole('table', { name: 'How many get what' });
  await expect(counts.getByRole('row', { name: 'Asked, not confirmed yet' }).getByRole('cell')).toHaveText([
    '0',
    '2',
    '0',
    '2',
  ]);
  await expect(counts.getByRole('row', { name: 'Confirmed' }).first().getByRole('cell')).toHaveText([
    '0',
    '0',
    '0',
    '0',
  ]);
});

test('the desk shows how often each article was read, and files with a fault', async ({
  page,
  desk,
  site,
}) => {
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0' };
  for (let n = 0; n < 3; n++) await fetch(site.url + OUTAGE.path, { headers: browser });
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'Locked out.' });
  await approve(desk, 'Ann');
  await site.stop(); // which saves what was counted
  await site.start();
  writeFileSync(`${site.contentDir}/articles/unfinished.md`, '---\ntitle: Unfinished\n---\n');

  await desk.goto('/desk/articles/');
  const rows = desk.getByRole('row');
  await expect(rows.nth(1)).not.toContainText(OUTAGE.title); // the oldest of all
  await desk.getByRole('link', { name: 'All', exact: true }).click();
  await expect(desk.getByRole('columnheader', { name: 'All' })).toHaveAttribute('aria-sort', 'descending');
  await expect(rows.nth(1)).toContainText(OUTAGE.title);
  // Published, comments, letters, today, 7 days, 30 days, all.
  await expect(rows.nth(1).getByRole('cell')).toHaveText(['19 November 2018', '1', '0', '3', '3', '3', '3']);
  await desk.getByRole('link', { name: 'Title', exact: true }).click();
  await expect(rows.nth(1)).toContainText('After a breach notice');
  await expect(desk.getByRole('alert')).toContainText('articles/unfinished.md, line 2: published');
});

test('a comment can be moved from state to state and back', async ({ page, desk }) => {
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'Locked out.' });
  await desk.goto('/desk/');
  await expect(desk.getByRole('status')).toContainText('1 comment to read');
  await desk.getByRole('link', { name: 'Decide about them' }).click();
  const states = desk.getByRole('navigation', { name: 'States' });
  for (const [action, place, tab] of [
    ['Approve', 'Published', 'Published 1'],
    ['Spam', 'Spam', 'Spam 1'],
    ['Trash', 'Trash', 'Trash 1'],
    ['Approve', 'Published', 'Published 1'],
  ] as const) {
    await decide(desk, action, 'Ann');
    await expect(desk.getByRole('status')).toContainText(`The comment by Ann is now under “${place}”.`);
    await page.goto(OUTAGE.path);
    await expect(page.getByRole('paragraph').filter({ hasText: 'Locked out.' })).toHaveCount(
      action === 'Approve' ? 1 : 0,
    );
    await states.getByRole('link', { name: tab }).click();
  }
});

test('signing out ends the session, and the cookie of before opens nothing', async ({ desk }) => {
  const before = await desk.context().cookies();
  expect(before).toHaveLength(1);
  await desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(desk).toHaveURL('/desk/sign-in/');
  await desk.goBack(); // no copy of the page was kept
  await expect(desk).toHaveURL('/desk/sign-in/');
  await desk.goto('/desk/');
  await expect(desk).toHaveURL('/desk/sign-in/');

  await desk.context().addCookies(before);
  await desk.goto('/desk/');
  await expect(desk).toHaveURL('/desk/sign-in/');
});

test('no page of the desk opens without signing in, however its address is spelt', async ({ page, site }) => {
  const places = [
    '',
    'articles/',
    'articles/?sort=all',
    'comments/',
    'comments/?state=spam',
    'comments/1/',
    'comments/rules/',
    'editions/',
    'editions/next/weekly/',
    'editions/letters/digest/weekly/',
    'editions/letters/digest/weekly/letter/',
    'subscribers/',
    'subscribers/add/',
    'subscribers/address/',
    'subscribers/an-id/',
    'mail/',
    'mail/an-id/letter/',
  ].map((rest) => `/desk/${rest}`);
  const spellings = ['/desk', '//desk/', '/%64esk/', '//%64esk//comments/', '/desk//mail'];
  for (const address of [...places, ...spellings]) {
    await page.goto(site.url + address);
    await expect(page, address).toHaveURL(/^[^?]+\/desk\/sign-in\/(?:\?to=%2Fdesk%2F.+)?$/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  }
});
