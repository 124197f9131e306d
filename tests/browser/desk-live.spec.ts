import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import { addManyReaders } from '../support/many-readers.ts';
import { takenLetters } from '../support/sink/relay-log.ts';
import { type Sink, startSink } from '../support/sink/sink.ts';
import type { TestSite } from '../support/test-site.ts';
import { test as base } from './site.ts';
import { comment } from './steps.ts';

const READERS = 10_000;
/** Each answer of the relay takes so long, so that an edition takes long enough to be looked at. */
const DELAY_MS = 20;
/** The issue's own words: a pause stops within a second. */
const PAUSE_MS = 1000;

/** A slow relay, and what its log says that it took. */
interface SlowRelay extends Sink {
  recipients(): string[];
}

/** A test on a site whose relay is slow, in a process of its own. */
const test = base.extend<{ sink: SlowRelay }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are needed
  sink: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'watchpost-relay-'));
    const log = path.join(folder, 'mail.log');
    const sink = await startSink({ delayMs: DELAY_MS, log });
    const recipients = () => takenLetters(readFileSync(log, 'utf8')).map(({ recipient }) => recipient);
    await use({ ...sink, recipients });
    await sink.stop();
    rmSync(folder, { recursive: true });
  },
  settings: ({ sink }, use) => use({ SMTP_URL: sink.url }),
});

/** Starts the weekly digest, and ends at its page. */
async function send(desk: Page): Promise<void> {
  await desk.goto('/desk/editions/next/weekly/');
  const form = desk.locator('form').filter({ has: desk.getByRole('button', { name: /^Send now to/ }) });
  await form.getByRole('checkbox').check();
  await form.getByRole('button', { name: /^Send now to/ }).click();
  await expect(desk).toHaveURL(/\/desk\/editions\/\d{4}-\d\d-\d\d-weekly\/$/);
}

/** A condition on a page that moves by itself; without scripts, whoever looks loads it again. */
async function inTime(page: Page, isScripted: boolean, check: () => Promise<void>): Promise<void> {
  const { pathname } = new URL(page.url());
  await expect(async () => {
    if (!isScripted) await page.goto(pathname);
    await check();
  }).toPass({ timeout: 40_000 });
}

const soon = { timeout: 200 };

/** Marks a page that is open, so that another that was loaded in its place can be told from it. */
const mark = (page: Page) => page.locator('html').evaluate((html) => html.setAttribute('data-seen', ''));
const marked = (page: Page) => page.locator('html[data-seen]');

/** Presses a button that posts a form; when the server's answer to it came, in milliseconds since 1970. */
async function press(page: Page, name: string): Promise<number> {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name }).click();
  await answer;
  return Date.now();
}

async function sentOn(page: Page): Promise<number> {
  const words = await page.getByRole('row', { name: /^sent/ }).getByRole('cell').first().textContent();
  return Number(words?.replaceAll(',', ''));
}

test('an edition to 10,000 moves before one’s eyes, stops when it is paused, and ends with all of them', async ({
  site,
  desk,
  sink,
  javaScriptEnabled,
}) => {
  test.setTimeout(90_000);
  addManyReaders(path.join(site.dataDir, 'watchpost.sqlite'), READERS);
  await send(desk);
  const ledger = new URL(desk.url()).pathname;
  const first = await sentOn(desk);
  await mark(desk);
  await inTime(desk, javaScriptEnabled, async () => expect(await sentOn(desk)).toBeGreaterThan(first));
  await expect(marked(desk), 'loaded anew where there is no script, and only there').toHaveCount(
    javaScriptEnabled ? 1 : 0,
  );

  await desk.goto('/desk/');
  const bar = desk.getByRole('progressbar', { name: /of 10,000 sent/ });
  const before = Number(await bar.getAttribute('value'));
  await mark(desk);
  const at = () => bar.evaluate((element: HTMLProgressElement) => element.value);
  await inTime(desk, javaScriptEnabled, async () => expect(await at()).toBeGreaterThan(before));
  await inTime(desk, javaScriptEnabled, () =>
    expect(bar).toHaveAccessibleName(/^[\d,]+ of 10,000 sent, [\d.,]+ a second, about \d+ \w+ left/, soon),
  );

  await expect(marked(desk)).toHaveCount(javaScriptEnabled ? 1 : 0);

  const pausedAt = await press(desk, 'Pause');
  await expect(desk.getByRole('status').first()).toContainText('It is paused.');
  await inTime(desk, javaScriptEnabled, async () => {
    for (const state of ['claimed', 'at-the-dot'])
      await expect(desk.getByRole('row', { name: new RegExp(`^${state} 0 `) })).toBeVisible(soon);
  });
  const { taken, lastAt } = await sink.counted();
  expect(taken).toBeLessThan(READERS);
  expect(lastAt - pausedAt, 'the last letter that the relay took').toBeLessThanOrEqual(PAUSE_MS);
  await inTime(desk, javaScriptEnabled, async () => expect(await sentOn(desk)).toBe(taken));
  await desk.goto('/desk/');
  await expect(desk.getByRole('status').filter({ hasText: 'paused at the desk' })).toBeVisible();
  expect((await sink.counted()).taken, 'it is at rest').toBe(taken);

  await desk.goto(ledger);
  await sink.pace(0);
  await press(desk, 'Go on');
  await expect(desk.getByRole('status').first()).toContainText('It goes on.');
  await inTime(desk, javaScriptEnabled, () =>
    expect(desk.getByText(/^10,000 of 10,000 sent/)).toBeVisible(soon),
  );
  await inTime(desk, javaScriptEnabled, () =>
    expect(desk.getByText('was sent', { exact: false })).toBeVisible(soon),
  );
  await expect(desk.getByRole('button', { name: /Pause|Go on|Cancel/ })).toHaveCount(0);
  await expect(desk.getByRole('row', { name: /^sent 10,000/ })).toBeVisible();
  // By state, and by domain.
  await expect(desk.getByRole('row', { name: /^all 10,000/ })).toHaveCount(2);
  const recipients = sink.recipients();
  expect(recipients, 'each letter once').toHaveLength(READERS);
  expect(new Set(recipients).size, 'to each reader').toBe(READERS);
  expect(recipients.every((one) => /^r\d+@domain-\d+\.test$/.test(one))).toBe(true);
});

test('what comes to wait appears on the desk by itself, and the page can be told to load itself anew', async ({
  page,
  desk,
  javaScriptEnabled,
}) => {
  await desk.goto('/desk/');
  await expect(desk.getByText('Nothing waits for you.')).toBeVisible();
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'Locked out.' });
  await inTime(desk, javaScriptEnabled, () =>
    expect(desk.getByRole('status')).toContainText('1 comment to read', soon),
  );
});

test('without scripts a page that moves loads itself anew where its reader asks for it', async ({
  site,
  desk,
  javaScriptEnabled,
}) => {
  test.skip(javaScriptEnabled, 'with scripts it moves by itself');
  addManyReaders(path.join(site.dataDir, 'watchpost.sqlite'), READERS);
  await send(desk);
  await expect(desk.locator('meta[http-equiv=refresh]')).toHaveCount(0);
  await desk.goto('/desk/');
  await desk.getByRole('link', { name: 'Load this page anew every 10 seconds' }).click();
  await expect(desk.locator('meta[http-equiv=refresh]')).toHaveAttribute('content', '10');
  const bar = desk.getByRole('progressbar', { name: /of 10,000 sent/ });
  const before = Number(await bar.getAttribute('value'));
  await expect(async () => expect(Number(await bar.getAttribute('value'))).toBeGreaterThan(before)).toPass();
  await desk.getByRole('link', { name: 'Stop loading this page anew' }).click();
  await expect(desk.locator('meta[http-equiv=refresh]')).toHaveCount(0);
});

/** As a browser's EventSource asks. */
function askLine(site: TestSite, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${site.url}/desk/live/`, { headers: { accept: 'text/event-stream', ...headers } });
}

/** What a line says until it ends. */
async function wholeLine(site: TestSite, cookie: string, onFirst: () => void): Promise<string> {
  const answer = await askLine(site, { cookie });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(answer.headers.get('cache-control')).toContain('no-store');
  let said = '';
  for await (const bytes of answer.body ?? []) {
    if (said === '') onFirst();
    said += Buffer.from(bytes).toString();
  }
  return said;
}

test('the line is for who is signed in, and ends with the session', async ({ site, desk }) => {
  expect((await askLine(site)).status).toBe(401);
  const cookies = (await desk.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const told = Promise.withResolvers<void>();
  const ended = wholeLine(site, cookies, told.resolve);
  await told.promise;
  await desk.getByRole('button', { name: 'Sign out' }).click();
  expect(await ended).toMatch(/^retry: \d+\n\ndata: \{"words":/);
  expect((await askLine(site, { cookie: cookies })).status).toBe(401);
});

test('an open line holds up no stop of the server', async ({ site, desk }) => {
  const cookies = (await desk.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const told = Promise.withResolvers<void>();
  const ended = wholeLine(site, cookies, told.resolve);
  await told.promise;
  expect(await site.stop()).toBe(0);
  await ended; // and not cut: that would reject
});
