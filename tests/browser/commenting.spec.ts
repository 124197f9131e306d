import { expect, type Page } from '@playwright/test';
import { testWithAkismet as test } from './site.ts';
import { approve, comment, OUTAGE } from './steps.ts';

const ann = { name: 'Ann', email: 'ann@example.org', body: 'We were locked out *all day*.' };

const commentOf = (page: Page, name: string) =>
  page
    .getByRole('region', { name: /comment/i })
    .getByRole('listitem')
    .filter({ hasText: name });

/** Looks at a receipt again until it says so. */
async function expectReceipt(page: Page, words: string): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('status')).toContainText(words, { timeout: 100 });
  }).toPass();
}

test('a form with mistakes says beside each field what to change, and keeps what was typed', async ({
  page,
}) => {
  await page.goto(OUTAGE.path);
  const typed = { Comment: 'My first thought', Name: '  ', Email: 'ann@example', Website: 'nonsense:there' };
  for (const [name, value] of Object.entries(typed)) {
    await page.getByRole('region', { name: 'Add yours' }).getByRole('textbox', { name }).fill(value);
  }
  await page.getByRole('button', { name: 'Post comment' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your comment needs a change');
  const field = (name: string) => page.getByRole('textbox', { name });
  await expect(field('Name')).toHaveAccessibleDescription(/Write the name that should stand beside/);
  await expect(field('Email')).toHaveAccessibleDescription(/does not look like a mail address/);
  await expect(field('Website')).toHaveAccessibleDescription(/does not look like a web address/);
  await expect(field('Comment')).not.toHaveAttribute('aria-invalid');
  for (const [name, value] of Object.entries(typed)) await expect(field(name)).toHaveValue(value);

  await field('Name').fill('Ann');
  await field('Email').fill('ann@example.org');
  await field('Website').fill('');
  await page.getByRole('button', { name: 'Post comment' }).click();
  await expect(page.getByRole('paragraph').filter({ hasText: 'My first thought' })).toBeVisible();
  await expect(page.getByRole('status')).toContainText('Held for a person to read');
});

test('an empty form is answered by what is missing', async ({ page }) => {
  await page.goto(OUTAGE.path);
  const form = page.locator('form').filter({ hasText: 'Post comment' });
  await form.evaluate((element: HTMLFormElement) => {
    element.noValidate = true; // as a browser that does not know `required`
  });
  await form.getByRole('button', { name: 'Post comment' }).click();
  for (const [name, words] of [
    ['Comment', 'Write your comment.'],
    ['Name', 'Write the name'],
    ['Email', 'Write your mail address.'],
  ] as const) {
    await expect(page.getByRole('textbox', { name })).toHaveAccessibleDescription(new RegExp(words));
  }
});

test('the first comment of a person is held until the writer approves it', async ({ page, desk }) => {
  await comment(page, ann);
  await expect(page.getByRole('status')).toContainText('Held for a person to read');
  const receipt = page.url();
  await page.goto(OUTAGE.path);
  await expect(page.getByText('No comments yet.')).toBeVisible();

  await approve(desk, 'Ann');
  await page.goto(receipt);
  await expect(page.getByRole('status')).toContainText('Published');
  await page.getByRole('link', { name: 'See it on the page' }).click();
  await expect(page.getByRole('heading', { name: '1 comment' })).toBeVisible();
  const shown = commentOf(page, 'Ann');
  await expect(shown).toHaveCount(1);
  await expect(shown.locator('time')).toHaveText(/\d{4} at \d\d:\d\d UTC/);
  await expect(shown.locator('em')).toHaveText('all day');
});

test('once a comment of theirs was approved, the next of the same person appears at once', async ({
  page,
  desk,
}) => {
  await comment(page, ann);
  await approve(desk, 'Ann');
  await comment(page, { ...ann, body: 'It works again.' });
  await expect(page.getByRole('status')).toContainText('Published');
  await page.goto(OUTAGE.path);
  await expect(page.getByRole('heading', { name: '2 comments' })).toBeVisible();
  await expect(commentOf(page, 'Ann').last()).toContainText('It works again.');
});

test('spam does not appear, and its receipt says why', async ({ page, akismet }) => {
  akismet.spamWhen = ({ comment_content }) => /casino/.test(comment_content ?? '');
  await comment(page, { name: 'Bob', email: 'bob@example.org', body: 'The best casino' });
  await expect(page.getByRole('status')).toContainText('Not published');
  await expect(page.getByRole('status')).toContainText('took it for advertising');
  await page.goto(OUTAGE.path);
  await expect(page.getByText('No comments yet.')).toBeVisible();
});

test('whoever withdraws a comment from its receipt takes it off the page', async ({ page, desk }) => {
  await comment(page, ann);
  const receipt = page.url();
  await approve(desk, 'Ann');
  await page.goto(OUTAGE.path);
  await expect(commentOf(page, 'Ann')).toBeVisible();

  await page.goto(receipt);
  await page.getByRole('button', { name: 'Withdraw this comment' }).click();
  await expect(page.getByRole('status')).toContainText('Withdrawn');
  await expect(page.getByRole('button', { name: 'Withdraw this comment' })).toHaveCount(0);
  await page.goto(OUTAGE.path);
  await expect(page.getByText('No comments yet.')).toBeVisible();
});

test('while the spam filter is silent a comment waits, and is settled by itself afterwards', async ({
  page,
  akismet,
}) => {
  test.slow(); // it is asked again in pauses of a quarter of a minute
  akismet.mode = 'silent';
  await comment(page, ann);
  await expect(page.getByRole('status')).toContainText('Waiting for the spam filter');
  await expect(page.getByRole('emphasis')).toHaveText('all day');
  await expectReceipt(page, 'The spam filter does not answer at the moment');
  akismet.mode = 'normal';
  await expectReceipt(page, 'Held for a person to read');
});

test('what the filter is sure of is shown to a person as a sample, who can publish it', async ({
  page,
  akismet,
  desk,
}) => {
  akismet.discardWhen = ({ comment_content }) => /casino/.test(comment_content ?? '');
  await comment(page, { name: 'Bob', email: 'bob@example.org', body: 'The casino was hacked.' });
  await desk.goto('/desk/comments/?state=spam');
  await expect(desk.getByRole('heading', { name: 'What Akismet is sure of' })).toBeVisible();
  await desk
    .getByRole('article', { name: 'Comment by Bob' })
    .getByRole('button', { name: 'No spam: publish it' })
    .click();
  await expect(desk.getByRole('status').first()).toContainText('It is published');
  await page.goto(OUTAGE.path);
  await expect(commentOf(page, 'Bob')).toContainText('The casino was hacked.');
});
