import { expect, type Page } from '@playwright/test';
import { openDatabase } from '#core/platform/db.ts';
import { writeSetting } from '#core/platform/settings.ts';
import type { SmtpFake } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import type { TestSite } from '../support/test-site.ts';
import { testWithRelay as test } from './site.ts';
import { letterTo, reloadUntil } from './steps.ts';

async function addReader(site: TestSite, email: string, ...choices: string[]): Promise<void> {
  const { code, stderr } = await site.command('subscribers', 'add', email, '--evidence', 'asked', ...choices);
  expect(code, stderr).toBe(0);
}

/** Publishes at this moment, so that it is newer than all that the site ships with. */
function publish({ contentDir }: TestSite, slug: string, fields: Record<string, unknown>): void {
  writeArticle(contentDir, slug, { published: new Date().toISOString(), ...fields });
}

/** Ticks the box beside a button and presses it. */
async function surely(desk: Page, button: RegExp | string): Promise<void> {
  const form = desk.locator('form').filter({ has: desk.getByRole('button', { name: button }) });
  await form.getByRole('checkbox').check();
  await form.getByRole('button', { name: button }).click();
}

/** A digest that the relay puts off, and so is being sent for as long as nobody ends it. */
async function sendToDeafRelay(site: TestSite, desk: Page, relay: SmtpFake): Promise<void> {
  relay.refuse(() => ({ code: 451, message: 'Later', verb: 'RCPT' }));
  await addReader(site, 'ann@example.org');
  await addReader(site, 'bob@example.org');
  await desk.goto('/desk/editions/next/weekly/');
  await surely(desk, 'Send now to 2');
  await expect(desk).toHaveURL(/\/desk\/editions\/\d{4}-\d\d-\d\d-weekly\/$/);
}

test('an alert is suggested, sent once when the box is ticked, and not suggested again', async ({
  site,
  desk,
  relay,
}) => {
  await addReader(site, 'ann@example.org', '--alerts', 'critical');
  await addReader(site, 'bob@example.org');
  publish(site, 'worm', { title: 'A worm', severity: 'critical' });
  await reloadUntil(desk, () =>
    expect(desk.getByRole('status').filter({ hasText: 'A worm' })).toContainText('Send now to 1 reader?', {
      timeout: 100,
    }),
  );
  await desk.getByRole('link', { name: 'decide about the alert' }).click();
  const unsure = await desk.request.post('/desk/editions/', { form: { action: 'alert', id: 'worm' } });
  expect(unsure.status()).toBe(422);
  expect(await unsure.text()).toContain('tick the box beside the button first');

  const again = await desk.context().newPage();
  await again.goto('/desk/editions/');
  await surely(desk, 'Send the alert');
  await expect(desk.getByRole('status').first()).toContainText('1 letter on the way');
  await letterTo(relay, 'ann@example.org', 'A worm');
  await surely(again, 'Send the alert');
  await expect(again.getByRole('status').first()).toContainText('sent or dismissed meanwhile');
  await reloadUntil(again, () =>
    expect(again.getByRole('row', { name: 'A worm' })).toContainText('1 of 1 sent', { timeout: 100 }),
  );
  expect(relay.messages.map(({ to }) => to)).toEqual([['ann@example.org']]);
});

test('the next digest is composed, looked at, saved and sent', async ({ site, desk, relay }) => {
  await addReader(site, 'ann@example.org');
  for (const slug of ['first', 'second', 'third']) publish(site, slug, { title: `The ${slug} story` });
  await desk.goto('/desk/editions/');
  await desk.getByRole('link', { name: 'Weekly digest' }).click();
  await reloadUntil(desk, () =>
    expect(desk.getByRole('checkbox', { name: 'Leave out: The third story' })).toBeVisible({ timeout: 100 }),
  );
  const letterShown = desk.locator('pre.letter');
  await desk.getByRole('textbox', { name: 'Introduction' }).fill('A *quiet* week.');
  await desk.getByRole('radio', { name: 'Lead with: The second story' }).check();
  await desk.getByRole('textbox', { name: 'Place of: The first story' }).fill('1');
  await desk.getByRole('checkbox', { name: 'Leave out: The third story' }).check();
  await desk.getByRole('button', { name: 'Look at it first' }).click();
  await expect(desk.getByRole('status').first()).toContainText('it is not saved yet');
  await expect(letterShown).toContainText(/quiet[\s\S]*The second story[\s\S]*The first story/);
  await expect(letterShown).not.toContainText('The third story');
  await expect(desk.getByRole('button', { name: /Send now/ })).toHaveCount(0); // what is sent is what is saved

  await desk.getByRole('button', { name: 'Save' }).click();
  await expect(desk.getByRole('status').first()).toContainText('It is saved');
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue('A *quiet* week.');
  await surely(desk, 'Send now to 1');
  await expect(desk).toHaveURL(/\/desk\/editions\/\d{4}-\d\d-\d\d-weekly\/$/);
  await expect(desk.getByRole('heading', { level: 1 })).toContainText('The second story');
  const { text } = await letterTo(relay, 'ann@example.org', 'weekly');
  expect(text).toMatch(/quiet[\s\S]*The second story[\s\S]*The first story/);
  expect(text).not.toContain('The third story');

  await desk.goto('/desk/editions/next/weekly/');
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue(''); // it is used up
  await expect(desk.getByText('Nobody has anything new to get')).toBeVisible();
});

test('a plan that cannot be is refused, and keeps what was typed', async ({ site, desk }) => {
  await addReader(site, 'ann@example.org');
  await desk.goto('/desk/editions/next/weekly/');
  await desk.getByRole('textbox', { name: 'Introduction' }).fill('Words that stay.');
  await desk
    .getByRole('textbox', { name: /^Place of/ })
    .first()
    .fill('top');
  await desk.getByLabel('Send it at another time').fill('2020-01-01T08:00');
  const answer = desk.waitForResponse((response) => response.request().method() === 'POST');
  await desk.getByRole('button', { name: 'Save' }).click();
  expect((await answer).status()).toBe(422);
  await expect(desk.getByText('A place is a number from 1 on')).toBeVisible();
  await desk
    .getByRole('textbox', { name: /^Place of/ })
    .first()
    .fill('');
  await desk.getByRole('button', { name: 'Save' }).click();
  await expect(desk.getByText('Choose a time that is still to come.')).toBeVisible();
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue('Words that stay.');
});

test('an edition is paused, goes on, and is cancelled; its books sum up to all of its readers', async ({
  site,
  desk,
  relay,
}) => {
  await sendToDeafRelay(site, desk, relay);
  await desk.getByRole('button', { name: 'Pause' }).click();
  await expect(desk.getByRole('status').first()).toContainText('It is paused.');
  const ledger = desk.url();
  await desk.goto('/desk/');
  await expect(desk.getByRole('status')).toContainText(['paused at the desk']);
  await desk.goto(ledger);
  await desk.getByRole('button', { name: 'Go on' }).click();
  await expect(desk.getByRole('status').first()).toContainText('It goes on.');
  await surely(desk, 'Cancel it');
  await expect(desk.getByRole('status').first()).toContainText('It is cancelled');
  await expect(desk.getByRole('button', { name: /Pause|Go on|Cancel/ })).toHaveCount(0);
  await expect(desk.getByRole('row', { name: /^all/ })).toContainText('2');
  await desk.getByRole('link', { name: 'Editions', exact: true }).click();
  await expect(desk.getByRole('row', { name: /was cancelled/ })).toContainText(/0 of 2 sent, .*skipped/);
});

test('letters that nobody knows about, and a database that came from elsewhere, ask at the desk', async ({
  site,
  desk,
  relay,
}) => {
  await sendToDeafRelay(site, desk, relay);
  await reloadUntil(desk, () =>
    expect(desk.getByRole('row', { name: /^deferred 2/ })).toBeVisible({ timeout: 100 }),
  );
  const { db } = openDatabase(site);
  await db.updateTable('delivery').set({ state: 'uncertain' }).where('edition_id', 'is not', null).execute();
  await writeSetting(db, 'instance', 'of-another-place elsewhere.example');
  await db.destroy();

  await desk.goto('/desk/');
  await expect(desk.getByRole('alert')).toContainText('No edition is sent from here.');
  await desk.getByRole('link', { name: 'decide about them' }).click();
  await expect(desk.getByRole('status').first()).toContainText('2 letters arrived');
  // In the order of their letters, which is nobody's.
  const inEitherOrder = /^(?:ann@example\.org, bob|bob@example\.org, ann)@example\.org$/;
  await expect(desk.getByText(inEitherOrder)).toBeVisible();
  await desk.getByRole('button', { name: 'Count them as sent' }).click();
  await expect(desk.getByRole('row', { name: /^sent 2/ })).toBeVisible();

  await desk.goto('/desk/');
  await surely(desk, 'Send from here');
  await expect(desk.getByRole('status').first()).toContainText('From now on editions are sent from here.');
  await desk.goto('/desk/');
  await expect(desk.getByRole('alert')).toHaveCount(0);
});

test('no page of editions opens to a stranger, and no act is done for one', async ({ page, site }) => {
  for (const place of ['', 'next/weekly/', '2026-11-24-weekly/']) {
    await page.goto(`/desk/editions/${place}`);
    await expect(page, place).toHaveURL('/desk/sign-in/');
    const form = { action: 'send', sure: 'yes', id: 'weekly' };
    const answer = await page.request.post(`${site.url}/desk/editions/${place}`, { form });
    expect(answer.status(), place).toBe(401);
  }
});
