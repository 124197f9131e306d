import { expect, type Page } from '@playwright/test';
import { publishBeside } from '../support/published-comment.ts';
import type { Letter } from '../support/smtp-fake.ts';
import { testWithRelay as test, testWithBoth } from './site.ts';
import { approve, comment, fillIn, letterTo, linkTo, OUTAGE, signUp, writeComment } from './steps.ts';

const MODERATOR = 'newsletter@watchpost.example';
const ann = { name: 'Ann', email: 'ann@example.org', body: 'We were locked out *all day*.' };

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const status = (page: Page) => page.getByRole('status').first();
const ofReaders = (page: Page) => page.locator('li[id^="comment-"]');

/** The link behind some words in a letter to the moderator. */
function decision({ text }: Letter, words: string): string {
  const link = new RegExp(`^${words}: (\\S+/comments/decide/\\S+)$`, 'm').exec(text)?.[1];
  if (!link) throw new Error(`the letter has no link to ${words}: ${text}`);
  return link;
}

test('a held comment is approved from the letter about it, once, and taken back from there', async ({
  page,
  browser,
  relay,
}) => {
  await comment(page, ann);
  const letter = await letterTo(relay, MODERATOR, 'A comment waits for you');
  expect(letter.text).toContain('> We were locked out *all day*.');
  const moderator = await browser.newPage();
  const second = await browser.newPage();
  for (const one of [moderator, second]) await one.goto(decision(letter, 'Approve'));
  await expect(heading(moderator)).toHaveText('Approve?');
  await expect(moderator.getByRole('emphasis')).toHaveText('all day');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(0);

  await moderator.getByRole('button', { name: 'Approve' }).click();
  await expect(heading(moderator)).toHaveText('Done');
  await expect(status(moderator)).toContainText('The comment is published.');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toContainText(['all day']);

  await second.getByRole('button', { name: 'Approve' }).click();
  await expect(status(second)).toContainText('this link has done its work');
  await second.goto(decision(letter, 'Spam'));
  await expect(heading(second)).toHaveText('Nothing to decide');
  await expect(second.getByRole('button')).toHaveCount(0);

  await moderator.getByRole('button', { name: 'Take it back' }).click();
  await expect(status(moderator)).toContainText('It was taken back.');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(0);
  await moderator.goto(decision(letter, 'Approve'));
  await expect(moderator.getByRole('button')).toHaveCount(0);
  for (const one of [moderator, second]) await one.close();
});

test('a comment is approved and answered from the letter at once', async ({ page, browser, relay }) => {
  await comment(page, ann);
  const letter = await letterTo(relay, MODERATOR, 'A comment waits for you');
  const moderator = await browser.newPage();
  await moderator.goto(decision(letter, 'Approve and reply'));
  await moderator.getByRole('textbox', { name: /Your answer, as/ }).fill('Thank *you*.');
  await moderator.getByRole('button', { name: 'Approve and reply' }).click();
  await expect(status(moderator)).toContainText('The comment is published, and your answer with it.');
  await page.goto(OUTAGE.path);
  const answer = page.locator('#comment-1 #comment-2');
  await expect(answer).toContainText('Thank you.');
  await expect(answer.getByText('Author', { exact: true })).toBeVisible();

  await moderator.getByRole('button', { name: 'Take it back' }).click();
  await expect(status(moderator)).toContainText('It was taken back.');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(0);
  await moderator.close();
});

test('spam is called so from the letter too', async ({ page, desk, relay }) => {
  await comment(page, ann);
  const letter = await letterTo(relay, MODERATOR, 'A comment waits for you');
  await page.goto(decision(letter, 'Spam'));
  await page.getByRole('button', { name: 'Spam' }).click();
  await expect(status(page)).toContainText('The comment is under “Spam”.');
  await desk.goto('/desk/comments/?state=spam');
  await expect(desk.getByRole('article', { name: 'Comment by Ann' })).toBeVisible();
});

test('after its writer has changed a comment, the letter about it decides nothing', async ({
  page,
  browser,
  relay,
}) => {
  await comment(page, ann);
  const letter = await letterTo(relay, MODERATOR, 'A comment waits for you');
  const moderator = await browser.newPage();
  await moderator.goto(decision(letter, 'Approve'));
  await page.getByRole('textbox', { name: 'Change it' }).fill('Something that nobody has read.');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByRole('paragraph').filter({ hasText: 'that nobody has read' })).toBeVisible();

  await moderator.getByRole('button', { name: 'Approve' }).click();
  await expect(status(moderator)).toContainText('this link has done its work');
  const again = await moderator.goto(decision(letter, 'Approve'));
  expect(again?.status()).toBe(410);
  await expect(status(moderator)).toContainText('Its writer has changed the comment');
  await page.goto(OUTAGE.path);
  await expect(ofReaders(page)).toHaveCount(0);
  await moderator.close();
});

testWithBoth(
  'through the link of a digest, a reader comments as verified, without typing an address',
  async ({ page, site, relay }) => {
    await signUp(page, 'reader@example.org');
    await page.goto(linkTo('confirm', await letterTo(relay, 'reader@example.org', 'Confirm')));
    await page.getByRole('button', { name: /Yes, send me/ }).click();
    await site.command('digest', 'send', '--cadence', 'weekly');
    const digest = await letterTo(relay, 'reader@example.org', 'weekly');
    await page.goto(linkTo('comment', digest));
    await expect(heading(page)).toHaveText('Comment as a confirmed reader');
    await page.getByRole('link', { name: 'SIM swapping' }).first().click();
    await expect(page.getByText('reader@example.org').first()).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Email' })).toHaveCount(0);
    await writeComment(page, { name: 'Rita', email: '', body: 'My number was gone for a day.' });
    await expect(status(page)).toContainText('Published');
    await page.getByRole('link', { name: 'See it on the page' }).click();
    const shown = page.locator('#comment-1');
    await expect(shown).toContainText('My number was gone');
    await expect(shown.getByText('Verified')).toBeVisible();
    await expect(page.getByText('reader@example.org')).toHaveCount(0);

    await page.goto(linkTo('unsubscribe', digest));
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    expect((await page.goto(linkTo('comment', digest)))?.status()).toBe(404);
  },
);

test('who has asked and confirmed hears of all replies in one letter, until one click ends them', async ({
  page,
  desk,
  site,
  relay,
}) => {
  await page.goto(OUTAGE.path);
  const form = await fillIn(page, ann);
  await form.getByRole('checkbox', { name: 'Tell me of replies' }).check();
  await form.getByRole('button', { name: 'Post comment' }).click();
  await approve(desk, 'Ann');
  const asking = await letterTo(relay, ann.email, 'Do you want to hear of replies');
  expect(asking.text).not.toContain('locked out'); // no stranger's word
  await publishBeside(site, OUTAGE.slug, [
    { name: 'Ben', body: 'I am known here.' },
    { name: 'Cleo', body: 'So am I.' },
  ]);
  for (const [name, body] of [
    ['Ben', 'Us too, see https://ben.example/page'],
    ['Cleo', 'Not us.'],
  ] as const) {
    await page.goto(`${OUTAGE.path}comments/?reply=1`);
    await writeComment(page, { name, email: `${name.toLowerCase()}@example.org`, body });
    await expect(status(page)).toContainText('Published');
  }
  expect(relay.messages.filter(({ to }) => to.includes(ann.email))).toHaveLength(1);

  const link = /https?:\/\/\S+\/comments\/notices\/confirm\/\S+/.exec(asking.text)?.[0] ?? '';
  await page.goto(link);
  await page.reload(); // looking changes nothing
  await page.getByRole('button', { name: 'Yes, tell me of replies' }).click();
  await expect(heading(page)).toHaveText('You will hear of replies');
  const replies = await letterTo(relay, ann.email, '2 answers to you');
  for (const words of ['Ben answered', 'Cleo answered', 'Not us.']) expect(replies.text).toContain(words);
  expect(replies.text).not.toContain('https://ben.example');
  const address = new RegExp(`${site.url}/articles/\\S+#comment-4`).exec(replies.text)?.[0];
  await page.goto(address ?? '');
  await expect(page.locator('#comment-1 #comment-4')).toContainText('Us too');
  expect((await page.goto(link))?.status()).toBe(410);

  // As a mail provider does it (RFC 8058): no Origin, no cookie.
  const stop = /<(.*)>/.exec(replies.headers['list-unsubscribe'] ?? '')?.[1] ?? '';
  await page.goto(stop);
  await expect(heading(page)).toHaveText('Stop letters about replies?');
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  const pressed = await fetch(stop, { method: 'POST', body, headers: { 'sec-fetch-site': 'cross-site' } });
  expect(pressed.status).toBe(200);
  await page.goto(stop);
  await expect(heading(page)).toHaveText('No more letters about replies');

  await page.getByRole('link', { name: 'Your comments' }).click();
  await expect(page.getByText('1 comment of this address is kept here.')).toBeVisible();
  const mine = await page.request.get(`${page.url()}comments.json`);
  expect(await mine.json()).toMatchObject({ comments: [{ name: 'Ann', email: ann.email }] });
  await page.getByRole('checkbox', { name: 'Erase them all' }).check();
  await page.getByRole('button', { name: 'Erase my comments' }).click();
  await expect(status(page)).toContainText('1 comment erased.');
  await page.goto(OUTAGE.path);
  await expect(page.locator('#comment-1')).toContainText('This comment is no longer here.');
});
