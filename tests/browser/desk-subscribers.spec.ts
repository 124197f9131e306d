import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { postForm } from '../support/test-site.ts';
import { test } from './site.ts';
import { reloadUntil, signUp } from './steps.ts';

/** Makes a reader of somebody at the desk, and ends on their page. */
async function addReader(desk: Page, email: string, cadence = 'Weekly'): Promise<void> {
  await fillIn(desk, email, cadence);
  await desk.getByRole('radio', { name: 'They have agreed already' }).check();
  await desk.getByRole('button', { name: 'Add' }).click();
  await expect(desk.getByRole('status')).toContainText('A reader from now on.');
}

async function fillIn(desk: Page, email: string, cadence = 'Weekly'): Promise<void> {
  await desk.goto('/desk/subscribers/add/');
  await desk.getByRole('textbox', { name: 'Email' }).fill(email);
  await desk.getByRole('radio', { name: cadence }).check();
  await desk.getByRole('textbox', { name: 'Where the consent comes from' }).fill('asked at the fair, 3 May');
}

/** Opens one of the acts on a subscriber's page, says why where that is asked, and does it. */
async function act(desk: Page, title: string, button: string, words?: string): Promise<void> {
  await desk.getByText(title, { exact: true }).click();
  const part = desk.locator('details[open]').filter({ hasText: title });
  if (words !== undefined) await part.locator('[name="evidence"]').fill(words);
  await part.getByRole('button', { name: button }).click();
}

/** The addresses that the list shows, from the top. */
function listed(desk: Page) {
  return desk.getByRole('table', { name: /first|by address|came back/ }).getByRole('rowheader');
}

test('somebody added with evidence is found by how their address begins, by its domain, and by a part of it', async ({
  desk,
}) => {
  for (const email of ['ann@example.org', 'annabel@mail.example.net', 'joann@example.org'])
    await addReader(desk, email);
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('joann@example.org');
  await expect(desk.getByRole('row', { name: /^Agreed/ })).toContainText('asked at the fair, 3 May');
  await desk.getByRole('link', { name: 'All subscribers' }).click();
  await expect(listed(desk)).toHaveCount(3);
  const search = async (text: string) => {
    await desk.getByRole('searchbox', { name: 'Address' }).fill(text);
    await desk.getByRole('button', { name: 'Show' }).click();
  };
  await search('ann');
  await expect(listed(desk)).toHaveText(['ann@example.org', 'annabel@mail.example.net']);
  await search('@example.org');
  await expect(listed(desk)).toHaveText(['ann@example.org', 'joann@example.org']);
  await search('oann');
  await expect(desk.getByText('Nobody fits.')).toBeVisible();
  await desk.getByRole('link', { name: 'Look for it anywhere' }).click();
  await expect(listed(desk)).toHaveText(['joann@example.org']);
  await desk.getByRole('link', { name: 'Everybody' }).click();
  await desk.getByText('More filters').click();
  await desk.getByRole('combobox', { name: 'State' }).selectOption('Asked, not confirmed yet');
  await desk.getByRole('button', { name: 'Show' }).click();
  await expect(desk.getByText('Nobody fits.')).toBeVisible();
});

test('somebody who has only said so is asked by mail first, and no more often than a sign-up asks', async ({
  desk,
}) => {
  await fillIn(desk, 'ann@example.org');
  await desk.getByRole('button', { name: 'Add' }).click();
  await expect(desk.getByRole('status')).toContainText('A confirmation is on its way.');
  await expect(desk.getByRole('row', { name: /^State/ })).toContainText('Asked, not confirmed yet');
  await act(desk, 'Send the confirmation again', 'Send it');
  await expect(desk.getByRole('status')).toContainText('No letter was sent');
  const page = desk.url();
  await desk.goto('/desk/mail/');
  await reloadUntil(desk, () =>
    expect(desk.getByRole('row', { name: 'ann@example.org' })).toHaveCount(1, { timeout: 100 }),
  );
  await desk.getByRole('link', { name: /^Confirm your subscription/ }).click();
  await desk.getByRole('link', { name: /newsletter\/confirm/ }).click();
  await desk.getByRole('button', { name: 'Yes, send me the weekly digest' }).click();
  await desk.goto(page);
  await expect(desk.getByRole('row', { name: /^State/ })).toContainText('Confirmed');
  const story = desk.getByRole('table', { name: 'Newest first' });
  await expect(story).toContainText('Confirmed by the button');
  await expect(story).toContainText('Written down at the desk: asked at the fair, 3 May');
  await act(desk, 'Send their link again', 'Send it');
  await expect(desk.getByRole('status')).toContainText('Their link is on its way.');
  await expect(desk.locator('body')).not.toContainText('/newsletter/preferences/');
});

test('what somebody gets is changed as they asked, which is kept, and can be taken back', async ({
  desk,
}) => {
  await addReader(desk, 'ann@example.org');
  await desk.getByText('Change what they get, as they asked').click();
  await desk.getByRole('radio', { name: 'Daily' }).check();
  await act2(desk, '   ');
  await expect(desk.getByRole('status')).toContainText('Say who asked for it, when and how');
  await expect(desk.locator('details[open] [name="evidence"]')).toHaveAttribute('aria-invalid', 'true');
  await desk.getByRole('radio', { name: 'Daily' }).check();
  await act2(desk, 'by telephone');
  await expect(desk).toHaveURL(/did=changed/);
  await expect(desk.getByRole('row', { name: /^Gets/ })).toContainText('daily');
  await expect(desk.getByRole('table', { name: 'Newest first' })).toContainText('by hand: by telephone');
  await desk.getByRole('button', { name: 'Take it back' }).click();
  await expect(desk.getByRole('row', { name: /^Gets/ })).toContainText('weekly');
  await expect(desk.getByRole('table', { name: 'Newest first' })).toContainText('taken back at the desk');
});

async function act2(desk: Page, words: string): Promise<void> {
  await desk.locator('#choices-evidence').fill(words);
  await desk.getByRole('button', { name: 'Change it' }).click();
}

test('whoever left is not brought back from the desk', async ({ desk }) => {
  await addReader(desk, 'ann@example.org');
  await act(desk, 'Unsubscribe them', 'Unsubscribe', 'asked in a letter');
  await expect(desk.getByRole('status')).toContainText('Unsubscribed.');
  await expect(desk.getByRole('table', { name: 'Newest first' })).toContainText('by hand: asked in a letter');
  for (const how of ['Ask them by mail', 'They have agreed already']) {
    await fillIn(desk, 'ann@example.org');
    await desk.getByRole('radio', { name: how }).check();
    await desk.getByRole('button', { name: 'Add' }).click();
    await expect(desk.getByRole('status')).toContainText('Nobody brings them back but they themselves');
    await expect(desk.getByRole('textbox', { name: 'Email' })).toHaveValue('ann@example.org');
  }
});

test('an address is kept out until it is let back in with evidence', async ({ page, desk }) => {
  const guard = async (button: string, evidence: string) => {
    await desk.goto('/desk/subscribers/address/');
    await desk.getByRole('textbox', { name: 'Email' }).fill('ann@example.org');
    await desk.getByRole('textbox', { name: 'Who asked for it' }).fill(evidence);
    await desk.getByRole('button', { name: button }).click();
  };
  await guard('Keep it out', 'wrote that they want nothing');
  await expect(desk.getByRole('status')).toContainText('No letter goes to that address any more');
  await signUp(page, 'ann@example.org');
  await desk.goto('/desk/subscribers/');
  await expect(desk.getByText('Nobody has signed up yet.')).toBeVisible();
  await guard('Let it back in', ' ');
  await expect(desk.getByRole('status')).toContainText('Nothing was changed.');
  await guard('Let it back in', 'called, and wants to read again');
  await expect(desk.getByRole('status')).toContainText('may be written to again');
  await signUp(page, 'ann@example.org');
  await desk.goto('/desk/subscribers/?q=ann');
  await expect(listed(desk)).toHaveText(['ann@example.org']);
  await listed(desk).getByRole('link').click();
  await act(desk, 'Keep the address out', 'Never write to it again', 'changed their mind');
  await expect(desk.getByRole('row', { name: /^Kept out/ })).toContainText('By your hand');
  await expect(desk.getByRole('table', { name: 'Newest first' })).toContainText(
    'by-hand: changed their mind',
  );
});

test('somebody is erased after a tick, and their page is gone', async ({ desk }) => {
  await addReader(desk, 'ann@example.org');
  const page = desk.url();
  await desk.getByText('Erase everything about them').click();
  await desk.getByRole('checkbox', { name: 'I am sure' }).check();
  await desk.getByRole('button', { name: 'Erase everything' }).click();
  await expect(desk.getByRole('status')).toContainText('Erased.');
  await expect(desk.getByText('Nobody has signed up yet.')).toBeVisible();
  expect((await desk.goto(page))?.status()).toBe(404);
});

test('the list is taken along as it is narrowed, and everything that is kept of one; no token is in either', async ({
  desk,
}) => {
  await addReader(desk, 'ann@example.org', 'Daily');
  const saved = async (name: string) => {
    const download = desk.waitForEvent('download');
    await desk.getByRole('button', { name }).click();
    return readFileSync(await (await download).path(), 'utf8');
  };
  const one = JSON.parse(await saved('Save everything that is kept of them (JSON)'));
  expect(one.subscriber).toMatchObject({ address: 'ann@example.org', cadence: 'daily', suppressed: null });
  await addReader(desk, 'ben@example.org');
  await desk.goto('/desk/subscribers/?cadence=daily');
  const csv = await saved('Save as CSV');
  expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
  expect(csv).toContain('ann@example.org,confirmed,daily,');
  await desk.goto('/desk/subscribers/');
  const json = await saved('Save as JSON');
  expect(
    JSON.parse(json)
      .map(({ email }: { email: string }) => email)
      .sort(),
  ).toEqual(['ann@example.org', 'ben@example.org']);
  for (const text of [JSON.stringify(one), csv, json]) expect(text).not.toMatch(/[\w-]{43}/);
});

test('without signing in nothing is done, found or taken along; a look at an address does nothing', async ({
  desk,
  page,
  site,
}) => {
  await addReader(desk, 'ann@example.org');
  const person = new URL(desk.url()).pathname;
  for (const at of ['add/', 'address/', 'export/', person, `${person}data/`]) {
    const url = new URL(at, `${site.url}/desk/subscribers/`).href;
    const answer = await postForm(url, {
      action: 'erase',
      sure: 'on',
      format: 'csv',
      email: 'a@example.org',
    });
    expect(answer.status, at).toBe(401);
    expect(await answer.text(), at).not.toContain('ann@');
  }
  for (const at of [
    '/desk/subscribers/?q=ann',
    person,
    '/desk/subscribers/add/',
    '/desk/subscribers/address/',
  ]) {
    await page.goto(at);
    await expect(page).toHaveURL(/\/desk\/sign-in\//);
  }
  for (const at of ['/desk/subscribers/export/', `${person}data/`])
    expect((await desk.goto(at))?.status(), at).toBe(404);
  for (const at of ['?after=x', '?q=ann&after=%20', '?state=x&cadence=x&since=yesterday&topic=%27', '?q=%00'])
    expect((await desk.goto(`/desk/subscribers/${at}`))?.status(), at).toBe(at.includes('after') ? 422 : 200);
});

test('a kept letter is shown as it would be seen, light and dark, as text and as it goes over the wire', async ({
  page,
  desk,
}) => {
  await signUp(page, 'ann@example.org');
  await desk.goto('/desk/mail/');
  await reloadUntil(desk, () =>
    expect(desk.getByRole('row', { name: 'ann@example.org' })).toHaveCount(1, { timeout: 100 }),
  );
  await desk.getByRole('link', { name: /^Confirm your subscription/ }).click();
  const frame = desk.frameLocator('iframe').first();
  await desk.locator('iframe').first().scrollIntoViewIfNeeded(); // it is loaded when it comes into sight
  await expect(frame.getByRole('link', { name: 'Confirm the subscription' })).toBeVisible();
  await desk.getByRole('navigation', { name: 'Look' }).getByRole('link', { name: 'Dark' }).click();
  await expect(desk.locator('iframe').first()).toHaveAttribute('src', /scheme=dark/);
  await desk.locator('iframe').first().scrollIntoViewIfNeeded();
  await expect(frame.getByRole('link', { name: 'Confirm the subscription' })).toBeVisible();
  await desk.getByText('Source, as it would go over the wire').click();
  await expect(desk.locator('details pre')).toContainText('Content-Type: multipart/alternative');
  await expect(desk.locator('pre').first()).toContainText('/newsletter/confirm/');
});
