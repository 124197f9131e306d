import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import type { Letter, SmtpFake } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import type { TestSite } from '../support/test-site.ts';
import { testWithRelay as test } from './site.ts';
import { letter, letterTo, linkTo, signUp } from './steps.ts';

const READER = 'reader@example.org';

/** Signs up and confirms; ends at the page that says so. */
async function subscribe(page: Page, relay: SmtpFake): Promise<void> {
  await signUp(page, READER);
  await page.goto(linkTo('confirm', await letter(relay, 1)));
  await page.getByRole('button', { name: 'Yes, send me the weekly digest' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are in');
}

/** From the page that says that one is in to one's choices. */
async function openChoices(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Change what you get' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What you get');
}

/** Publishes something and sends the weekly digest of it. */
async function sendDigest(site: TestSite, relay: SmtpFake): Promise<Letter> {
  const published = new Date().toISOString();
  writeArticle(site.contentDir, 'fresh', {
    title: 'A fresh story',
    dek: 'Just in.',
    published,
    topics: ['phishing'],
  });
  await site.command('digest', 'send', '--cadence', 'weekly');
  return letterTo(relay, READER, 'A fresh story');
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

test('alerts and topics are chosen at sign-up, and stand in the choices', async ({ page, relay }) => {
  await page.goto('/newsletter/');
  await page.getByRole('textbox', { name: 'Email' }).fill(READER);
  await page.getByRole('radio', { name: 'Daily' }).check();
  await page.getByRole('checkbox', { name: 'Phishing' }).check();
  await page.getByRole('radio', { name: 'From high on' }).check();
  await page.getByRole('button', { name: 'Send me the digest' }).click();
  await page.goto(linkTo('confirm', await letter(relay, 1)));
  await page.getByRole('button', { name: 'Yes, send me the daily digest' }).click();
  await openChoices(page);
  for (const name of ['Daily', 'From high on']) await expect(page.getByRole('radio', { name })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Phishing' })).toBeChecked();
});

test('a phrase is kept, and one that looks like a link is refused beside the field', async ({
  page,
  relay,
}) => {
  await subscribe(page, relay);
  await openChoices(page);
  const phrase = page.getByRole('textbox', { name: 'Your phrase' });
  await phrase.fill('www.example.org');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(phrase).toHaveAccessibleDescription(/looks like a link/);
  await expect(phrase).toHaveValue('www.example.org');
  await phrase.fill('blue lantern');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status')).toContainText('Saved.');
  await page.goto(page.url());
  await expect(phrase).toHaveValue('blue lantern');
});

test('everything that is kept is shown and can be taken along', async ({ page, relay }) => {
  await subscribe(page, relay);
  await openChoices(page);
  const kept = page.getByRole('region', { name: 'What we keep of you' });
  await expect(kept).toContainText(
    'Send me the digest (weekly; all topics); one click in any letter ends it',
  );
  await expect(kept).toContainText('Confirmed by the button');
  const download = page.waitForEvent('download');
  await kept.getByRole('link', { name: 'Everything that is kept of you (JSON)' }).click();
  const { subscriber } = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  expect(subscriber).toMatchObject({ address: READER, state: 'confirmed', cadence: 'weekly' });
});

test('leaving, then erasing everything: the page says what stays, and its address is good no more', async ({
  page,
  relay,
}) => {
  await subscribe(page, relay);
  await openChoices(page);
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(page.getByRole('status')).toContainText('You are unsubscribed.');
  await page.getByRole('checkbox', { name: 'I am sure' }).check();
  await page.getByRole('button', { name: 'Erase everything about me' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are erased');
  await expect(page.getByRole('status')).toContainText('a keyed hash of the address');
  expect((await page.goto(page.url()))?.status()).toBe(404);
});

test('who has no letter at hand has their link sent, and everyone sees the same page', async ({
  page,
  relay,
}) => {
  await subscribe(page, relay);
  for (const email of ['nobody@example.org', READER]) {
    await page.goto('/newsletter/');
    await page.getByRole('link', { name: 'Have your link sent by mail.' }).click();
    await page.getByRole('textbox', { name: 'Email' }).fill(email);
    await page.getByRole('button', { name: 'Send me my link' }).click();
    await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible();
  }
  await page.goto(linkTo('preferences', await letterTo(relay, READER, 'Your link')));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What you get');
  expect(relay.messages.filter(({ to }) => to.includes('nobody@example.org'))).toEqual([]);
});

test('“this was not me” asks once, and then no sign-up brings a letter', async ({ page, relay }) => {
  await signUp(page, READER);
  const link = linkTo('not-me', await letter(relay, 1));
  await page.goto(link);
  await page.reload();
  await page.getByRole('button', { name: 'This was not me: never write to me' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('We will not write again');
  await page.goto(link);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('We will not write again');
  for (const email of [READER, 'another@example.org']) await signUp(page, email);
  await letterTo(relay, 'another@example.org', 'Confirm');
  expect(relay.messages.filter(({ to }) => to.includes(READER))).toHaveLength(1);
});
