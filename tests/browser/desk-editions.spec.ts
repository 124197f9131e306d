import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type FrameLocator, type Page } from '@playwright/test';
import { openDatabase } from '#core/platform/db.ts';
import { writeSetting } from '#core/platform/settings.ts';
import type { SmtpFake } from '../support/smtp-fake.ts';
import { writeArticle } from '../support/test-app.ts';
import type { TestSite } from '../support/test-site.ts';
import { testWithRelay as test } from './site.ts';
import { letterTo, OUTAGE, reloadUntil } from './steps.ts';

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
  await desk.getByRole('link', { name: 'Decide about the alert' }).click();
  const unsure = await desk.request.post('/desk/editions/', { form: { action: 'alert', id: 'worm' } });
  expect(unsure.status()).toBe(422);
  expect(await unsure.text()).toContain('tick the box beside the button first');

  await surely(desk, 'Send the alert');
  await expect(desk.getByRole('status').first()).toContainText('1 letter on the way');
  await letterTo(relay, 'ann@example.org', 'A worm');
  // As from a window that was open all the time, and has not heard.
  const form = { action: 'alert', id: 'worm', sure: 'yes' };
  const late = await desk.request.post('/desk/editions/', { form });
  expect(late.status()).toBe(409);
  expect(await late.text()).toContain('sent or dismissed meanwhile');
  await desk.goto('/desk/editions/');
  await reloadUntil(desk, () =>
    expect(desk.getByRole('row', { name: 'A worm' })).toContainText('1 of 1 sent', { timeout: 100 }),
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
  // What was in a worker's hand is put off first, and skipped when that is seen.
  await expect(async () => {
    await desk.getByRole('link', { name: 'Editions', exact: true }).click();
    const row = desk.getByRole('row', { name: /was cancelled/ });
    await expect(row).toContainText(/0 of 2 sent, .*skipped/, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
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
  await desk.getByRole('link', { name: 'Decide about these letters' }).click();
  await expect(desk.getByRole('status').first()).toContainText('2 letters arrived');
  await desk.getByRole('checkbox', { name: 'ann@example.org' }).check();
  await desk.getByRole('button', { name: 'Count the ticked as sent' }).click();
  await expect(desk.getByRole('status').first()).toContainText('1 letter counted as sent.');
  await expect(desk.getByRole('row', { name: /^sent 1/ })).toBeVisible();
  await desk.getByRole('button', { name: 'Take it back' }).click();
  await expect(desk.getByRole('status').first()).toContainText('Taken back: 1 letter uncertain again.');
  await desk.getByRole('button', { name: 'Count all 2 as sent' }).click();
  await expect(desk.getByRole('row', { name: /^sent 2/ })).toBeVisible();
  await desk
    .getByRole('row', { name: /^sent 2/ })
    .getByRole('link', { name: 'Who' })
    .click();
  await desk.getByRole('link', { name: 'ann@example.org' }).click();
  await expect(desk).toHaveURL(/\/desk\/subscribers\/[^/]+\/$/);

  await desk.goto('/desk/');
  await surely(desk, 'Send from here');
  await expect(desk.getByRole('status').first()).toContainText('From now on editions are sent from here.');
  await desk.goto('/desk/');
  await expect(desk.getByRole('alert')).toHaveCount(0);
});

test('what another window has saved is not written over: both are shown, and one is chosen', async ({
  site,
  desk,
}) => {
  await addReader(site, 'ann@example.org');
  const other = await desk.context().newPage();
  for (const window of [desk, other]) await window.goto('/desk/editions/next/weekly/');
  await other.getByRole('textbox', { name: 'Introduction' }).fill('Of the other window.');
  await other.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByRole('status').first()).toContainText('It is saved');
  await other.reload(); // asks nothing, and saves nothing once more
  await expect(other.getByRole('status').first()).toContainText('It is saved');

  await desk.getByRole('textbox', { name: 'Introduction' }).fill('Of this window.');
  await desk.getByLabel('Send it at another time').fill('2099-01-01T08:00');
  const answer = desk.waitForResponse((response) => response.request().method() === 'POST');
  await desk.getByRole('button', { name: 'Save' }).click();
  expect((await answer).status()).toBe(409);
  const conflict = desk.getByRole('status').first();
  await expect(conflict).toContainText('changed in another place meanwhile');
  await expect(conflict.getByRole('row', { name: /^Introduction/ })).toContainText(
    /Of this window\.\s*Of the other window\./,
  );
  await expect(conflict.getByRole('row', { name: /^Time/ })).toContainText(
    /2099-01-01 08:00\s*By the schedule/,
  );
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue('Of this window.');

  await desk.getByRole('button', { name: 'Save mine over it' }).click();
  await expect(desk.getByRole('status').first()).toContainText('It is saved');
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue('Of this window.');

  await surely(other, 'Send now to 1'); // which has not seen what is saved now
  await expect(other.getByRole('status').first()).toContainText('changed in another place meanwhile');
  await other.goto('/desk/editions/next/weekly/');
  await desk.getByRole('textbox', { name: 'Introduction' }).fill('Of this window, again.');
  await desk.getByRole('button', { name: 'Save' }).click();
  await other.getByRole('textbox', { name: 'Introduction' }).fill('Let go.');
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByRole('link', { name: 'Take what is saved' }).click();
  await expect(other.getByRole('textbox', { name: 'Introduction' })).toHaveValue('Of this window, again.');

  await surely(desk, 'Throw the plan away');
  await expect(desk.getByRole('status').first()).toContainText('The plan is thrown away');
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue('');
});

/** The colour behind the letter in a frame, as the browser paints it. */
async function paperOf(frame: FrameLocator): Promise<string> {
  const body = frame.locator('body');
  await expect(body).toBeVisible();
  return body.evaluate((element) => getComputedStyle(element).backgroundColor);
}

const PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
const PAPER = 'rgb(251, 248, 242)';
const NIGHT = 'rgb(18, 22, 31)';

test('each letter is seen as HTML, light and dark, whatever the browser is set to, and as text', async ({
  site,
  desk,
}) => {
  await addReader(site, 'ann@example.org');
  await addReader(site, 'cy@example.org', '--topic', 'cloud');
  await desk.goto('/desk/editions/next/weekly/');
  await desk
    .getByRole('textbox', { name: 'Introduction' })
    .fill(`Not saved.\n\n![Ours](${OUTAGE.path}cover.svg)\n\n![Theirs](https://tracker.example/pixel.png)`);
  await desk.getByRole('button', { name: 'Look at it first' }).click();
  await expect(desk.getByRole('status').first()).toContainText('it is not saved yet');
  await desk.getByRole('link', { name: 'See each letter' }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Weekly digest: what readers get');
  await expect(desk.getByRole('row', { name: /Letter \d: Cloud, 1 reader/ })).toBeVisible();

  let tracked = 0;
  await desk.route('https://tracker.example/**', (route) => {
    tracked++;
    return route.fulfill({ contentType: 'image/svg+xml', body: PIXEL });
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await desk.emulateMedia({ colorScheme });
    for (const [look, paper] of [
      ['Dark', NIGHT],
      ['Light', PAPER],
    ] as const) {
      await desk.getByRole('link', { name: look, exact: true }).press('Enter'); // a click may fall into a frame that moves
      for (const width of [640, 320]) {
        const name = `${look.toLowerCase()}, ${width} px wide`;
        await desk.locator(`iframe[title$="${name}"]`).scrollIntoViewIfNeeded(); // it is fetched when it is seen
        const frame = desk.frameLocator(`iframe[title$="${name}"]`);
        expect(await paperOf(frame), `${name}, in a browser set to ${colorScheme}`).toBe(paper);
        await expect(frame.getByText('Not saved.')).toBeVisible();
        expect(await frame.locator('html').evaluate(() => innerWidth)).toBe(width);
        const ours = frame.getByRole('img', { name: 'Ours' });
        await expect
          .poll(() => ours.evaluate((image: HTMLImageElement) => image.naturalWidth))
          .toBeGreaterThan(0);
      }
    }
  }
  const theirs = desk.frameLocator('iframe').first().getByRole('img', { name: 'Theirs' });
  expect(await theirs.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(0);
  expect(tracked).toBe(0);
  await expect(desk.locator('pre.letter')).toContainText('Not saved.');

  await desk.getByRole('link', { name: /^Letter \d: Cloud/ }).press('Enter');
  await expect(desk.locator('pre.letter')).not.toContainText('phishing mail');
  await desk.getByRole('link', { name: 'Compose it' }).press('Enter');
  await expect(desk.getByRole('textbox', { name: 'Introduction' })).toHaveValue(/^Not saved\./);
});

test('a letter at the desk may run nothing, load nothing from elsewhere, and stand in no other site’s frame', async ({
  site,
  desk,
}) => {
  await addReader(site, 'ann@example.org');
  const answer = await desk.request.get('/desk/editions/letters/digest/weekly/letter/');
  expect(answer.headers()['content-security-policy']).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
  );
  expect(answer.headers()['x-frame-options']).toBe('SAMEORIGIN');
  expect(answer.headers()['cache-control']).toBe('no-store');
  const page = await desk.request.get('/desk/editions/letters/digest/weekly/');
  expect(page.headers()['content-security-policy']).toMatch(/default-src 'none'.*; frame-src 'self'$/);
  expect((await desk.request.get('/desk/editions/')).headers()['content-security-policy']).not.toContain(
    'frame-src',
  );
  for (const nothing of [
    'digest/yearly/',
    'digest/weekly/?letter=9',
    'edition/none/',
    'letter/none/',
    'x/y/',
  ])
    expect((await desk.request.get(`/desk/editions/letters/${nothing}`)).status(), nothing).toBe(404);
});

test('a test is sent to the address that is asked for, says what became of it, and is in no books', async ({
  site,
  desk,
  relay,
}) => {
  await addReader(site, 'ann@example.org');
  await addReader(site, 'cy@example.org', '--topic', 'cloud');
  publish(site, 'cloudy', { title: 'A cloudy story', topics: ['cloud'] });
  await desk.goto('/desk/editions/letters/digest/weekly/?letter=2');
  const to = desk.getByRole('textbox', { name: 'To' });
  await expect(to).toHaveValue(/@/); // the owner's own
  await to.fill('editor@example.org');
  await desk.getByRole('button', { name: 'Send the test' }).click();
  await expect(desk.getByRole('status').first()).toContainText('A test is on the way to editor@example.org');
  expect((await letterTo(relay, 'editor@example.org', 'Test: Watchpost weekly')).text).toContain(
    'example phrase',
  );
  expect(relay.messages).toHaveLength(1);

  await desk.getByRole('radio', { name: 'All 2' }).check();
  relay.refuse(() => ({ code: 550, message: 'No such box', verb: 'RCPT' }));
  await desk.getByRole('button', { name: 'Send the test' }).click();
  await expect(desk.getByRole('status').first()).toContainText(/refuses a test for .*No such box/);
  expect(await (await desk.request.get('/desk/editions/')).text()).toContain(
    'Nothing waits and nothing is being sent.',
  );

  const wrong = await desk.request.post('/desk/editions/letters/digest/weekly/', {
    form: { action: 'test', to: 'nobody' },
  });
  expect(wrong.status()).toBe(422);
  expect(await wrong.text()).toContain('Write one address, such as name@example.org.');
});

test('a letter of a file is seen, given a time, taken back, and sent', async ({ site, desk, relay }) => {
  await addReader(site, 'ann@example.org');
  mkdirSync(path.join(site.contentDir, 'letters'), { recursive: true });
  writeFileSync(path.join(site.contentDir, 'letters', 'hello.md'), '---\ntitle: Hello\n---\nDear reader.\n');
  await desk.goto('/desk/editions/');
  await reloadUntil(desk, () =>
    expect(desk.getByText('A letter is written: Hello')).toBeVisible({ timeout: 100 }),
  );
  await desk.getByRole('link', { name: 'See the letter, and send a test' }).click();
  await expect(desk.frameLocator('iframe').first().getByText('Dear reader.')).toBeVisible();
  await desk.getByRole('link', { name: 'All editions' }).click();
  await desk.getByText('Give it a time').click();
  await desk.getByLabel('It goes out by itself at').fill('2020-01-01T08:00');
  await desk.getByRole('button', { name: 'Set this time' }).click();
  await expect(desk.getByRole('status').first()).toContainText('Choose a time that is still to come.');
  await desk.getByText('Give it a time').click();
  await desk.getByLabel('It goes out by itself at').fill('2099-01-01T08:00');
  await desk.getByRole('button', { name: 'Set this time' }).click();
  const waiting = desk.getByRole('status').filter({ hasText: 'is scheduled for 1 January 2099 at 08:00' });
  await expect(waiting).toBeVisible();
  await waiting.getByRole('link', { name: 'See its letters' }).click();
  await desk.getByRole('button', { name: 'Take its time back' }).click();
  await expect(desk.getByText('waits for your word').first()).toBeVisible();
  await desk.getByRole('link', { name: 'Its letters, and a test' }).click();
  await expect(desk.locator('pre.letter')).toContainText('Dear reader.');
  await desk.getByRole('link', { name: 'Its books' }).click();
  await surely(desk, 'Send it now');
  expect((await letterTo(relay, 'ann@example.org', 'Hello')).text).toContain('Dear reader.');
});

test('no page of editions opens to a stranger, and no act is done for one', async ({ page, site }) => {
  for (const place of ['', 'next/weekly/', '2026-11-24-weekly/', 'letters/digest/weekly/']) {
    await page.goto(`/desk/editions/${place}`);
    await expect(page, place).toHaveURL(/\/desk\/sign-in\/\?to=/);
    const form = { action: 'send', sure: 'yes', id: 'weekly' };
    const answer = await page.request.post(`${site.url}/desk/editions/${place}`, { form });
    expect(answer.status(), place).toBe(401);
  }
});

test('the calendar leads from month to month, and from what stands in it to its page', async ({
  site,
  desk,
  relay,
}) => {
  await addReader(site, 'ann@example.org');
  await desk.goto('/desk/editions/next/weekly/');
  await surely(desk, /^Send now to/);
  await letterTo(relay, 'ann@example.org', 'Watchpost weekly');
  await desk.goto('/desk/editions/');
  await desk.getByRole('link', { name: 'Calendar' }).click();
  const today = desk.getByRole('cell').filter({ hasText: ', today' });
  await today.getByRole('link', { name: /weekly/ }).click();
  await expect(desk.getByRole('row', { name: /^all 1/ })).toBeVisible();
  await desk.goBack();
  const here = await desk.getByRole('heading', { level: 1 }).textContent();
  await desk.locator('a[rel="next"]').click();
  await expect(desk.getByRole('heading', { level: 1 })).not.toHaveText(here ?? '');
  await expect(desk.getByText('Daily digest').first()).toBeVisible();
  await desk.getByRole('link', { name: 'This month' }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText(here ?? '');
  await desk.goto('/desk/editions/calendar/?month=2015-02');
  await expect(desk.getByText('Nothing went out in this month.')).toBeVisible();
  for (const wrong of ['2015-13', 'x', '1999-01', "2015-02' or 1"])
    await desk.goto(`/desk/editions/calendar/?month=${encodeURIComponent(wrong)}`).then((answer) => {
      expect(answer?.status(), wrong).toBe(200);
    });
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText(here ?? '');
});
