import { expect, type Page } from '@playwright/test';
import type { Letter, SmtpFake } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import type { TestSite } from '../support/test-site.ts';
import { testWithRelay as test } from './site.ts';
import { letter, linkTo, signUp } from './steps.ts';

const READER = 'reader@example.org';

/** Signs up and confirms; ends at the page that says so. */
async function subscribe(page: Page, relay: SmtpFake): Promise<void> {
  await signUp(page, READER);
  await page.goto(linkTo('confirm', await letter(relay, 1)));
  await page.getByRole('button', { name: 'Yes, send me the weekly digest' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are in');
}

/** Publishes something and sends the weekly digest of it: the second letter. */
async function sendDigest(site: TestSite, relay: SmtpFake): Promise<Letter> {
  const published = new Date().toISOString();
  writeArticle(site.contentDir, 'fresh', {
    title: 'A fresh story',
    dek: 'Just in.',
    published,
    topics: ['phishing'],
  });
  await site.command('digest', 'send', '--cadence', 'weekly');
  return letter(relay, 2);
}

test('opening the link of a confirmation letter changes nothing, pressing its button does', async ({
  page,
  site,
  relay,
}) => {
  await signUp(page, READER);
  const asking = await letter(relay, 1);
  expect(asking.headers).toMatchObject({ to: READER, subject: 'Confirm your subscription to Watchpost' });

  await page.goto(linkTo('confirm', asking));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One press is left');
  const { stdout } = await site.command('digest', 'send', '--cadence', 'weekly');
  expect(stdout).toContain('nobody has confirmed');

  await page.getByRole('button', { name: 'Yes, send me the weekly digest' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are in');
  await expect(page.getByRole('status')).toContainText(READER);
  await page.goto(linkTo('confirm', asking));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are in already');
});

test('the digest brings what is new, by mail and on the site', async ({ page, site, relay }) => {
  await subscribe(page, relay);
  const digest = await sendDigest(site, relay);
  expect(digest.headers).toMatchObject({ to: READER, subject: 'Watchpost weekly: A fresh story' });
  expect(digest.html).toContain('/articles/fresh/');

  await page.goto(linkTo('editions', digest));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A fresh story');
  await page.getByRole('link', { name: 'past editions' }).click();
  await expect(page.getByRole('main').getByRole('article')).toContainText(['A fresh story']);
  await page.getByRole('main').getByRole('link', { name: 'A fresh story' }).click();
  await page.getByRole('main').getByRole('link', { name: 'A fresh story' }).click();
  await expect(page).toHaveURL('/articles/fresh/');
});

test('a letter leads to the choices, and what is saved there stays', async ({ page, site, relay }) => {
  await subscribe(page, relay);
  await page.goto(linkTo('preferences', await sendDigest(site, relay)));
  await expect(page.getByRole('radio', { name: 'Weekly' })).toBeChecked();
  await page.getByRole('radio', { name: 'Monthly' }).check();
  await page.getByRole('checkbox', { name: 'Phishing' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status')).toContainText('It holds from the next letter on.');

  await page.goto(page.url());
  await expect(page.getByRole('radio', { name: 'Monthly' })).toBeChecked();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(1);
});

test('opening the unsubscribe link asks, and one press ends the letters', async ({ page, site, relay }) => {
  await subscribe(page, relay);
  const digest = await sendDigest(site, relay);
  const heading = page.getByRole('heading', { level: 1 });
  await page.goto(linkTo('unsubscribe', digest));
  await page.reload();
  await expect(heading).toHaveText('Unsubscribe?');
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(heading).toHaveText('You are unsubscribed');

  await page.goto(linkTo('preferences', digest));
  await expect(page.getByRole('status')).toContainText('You are unsubscribed.');
  const { stdout } = await site.command('digest', 'send', '--cadence', 'weekly');
  expect(stdout).toContain('nobody has confirmed');
});

test('an address with a mistake is pointed out, and the choices stay', async ({ page }) => {
  await page.goto('/newsletter/');
  await page.getByRole('textbox', { name: 'Email' }).fill('reader@example');
  await page.getByRole('radio', { name: 'Daily' }).check();
  await page.getByRole('checkbox', { name: 'Phishing' }).check();
  await page.getByRole('button', { name: 'Send me the digest' }).click();
  const email = page.getByRole('textbox', { name: 'Email' });
  await expect(email).toHaveAccessibleDescription(/does not look like a mail address/);
  await expect(email).toHaveValue('reader@example');
  await expect(page.getByRole('radio', { name: 'Daily' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Phishing' })).toBeChecked();
});
