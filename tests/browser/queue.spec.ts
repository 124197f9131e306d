import { expect, type Page } from '@playwright/test';
import { setRules } from '../support/comment-rules.ts';
import { publishBeside } from '../support/published-comment.ts';
import { test } from './site.ts';
import { comment, OUTAGE, reloadUntil } from './steps.ts';

const PEOPLE = ['Ann', 'Ben', 'Cleo', 'Dora'];

/** Comments of several people, each about something else; the newest stands first at the desk. */
async function say(page: Page, names = PEOPLE): Promise<void> {
  const words = ['Locked out since Monday.', 'Which region is it?', 'Ours works again.', 'Who pays for it?'];
  for (const [n, name] of names.entries())
    await comment(page, { name, email: `${name.toLowerCase()}@example.org`, body: words[n] ?? name });
}

const by = (desk: Page, name: string) => desk.getByRole('article', { name: `Comment by ${name}` });
const status = (desk: Page) => desk.getByRole('status').first();

test('several comments are selected and decided together, and taken back as one', async ({ page, desk }) => {
  await say(page);
  await desk.goto('/desk/comments/');
  for (const name of ['Ann', 'Cleo'])
    await desk.getByRole('checkbox', { name: `Select the comment by ${name}` }).check();
  const selected = desk.getByRole('form', { name: 'Selected comments' });
  await selected.getByRole('button', { name: 'Approve' }).click();
  await expect(status(desk)).toContainText('2 comments are now under “Published”.');
  await expect(desk.getByRole('article')).toHaveCount(2);
  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(status(desk)).toContainText('Taken back: 2 comments.');

  await selected.getByRole('link', { name: 'Select these 4' }).click();
  await expect(desk.getByRole('checkbox', { name: 'Select the comment by Ben' })).toBeChecked();
  await selected.getByRole('button', { name: 'Trash' }).click();
  await expect(status(desk)).toContainText('4 comments are now under “Trash”.');
  await expect(desk.getByText('No comment waits for you.')).toBeVisible();

  await desk.goto('/desk/comments/?state=trash&select=all');
  await selected.getByRole('button', { name: 'Back to held' }).click();
  await expect(status(desk)).toContainText('4 comments are now under “Held”.');
  await desk.goto('/desk/comments/');
  await expect(desk.getByRole('article')).toHaveCount(4);
  await selected.getByRole('button', { name: 'Spam' }).click();
  await expect(status(desk)).toContainText('Nothing was changed: select comments first.');
});

test('comments are found by their words, name, article and what speaks against them', async ({
  page,
  desk,
}) => {
  await say(page);
  await comment(page, {
    name: 'Eve',
    email: 'eve@example.org',
    body: 'It is here https://a.example https://b.example https://c.example and nowhere else, locked or not.',
  });
  await desk.goto('/desk/comments/');
  const find = async (field: string, value: string) => {
    await desk.goto('/desk/comments/');
    await desk.getByText('Find comments in this list').click();
    await desk.getByRole('searchbox', { name: field }).fill(value);
    await desk.getByRole('button', { name: 'Find' }).click();
    await expect(desk).toHaveURL(/[?&]state=held/);
  };
  await find('Words in the text', 'LOCKED');
  await expect(desk.getByRole('article')).toHaveCount(2);
  await find('Name', 'cleo');
  await expect(by(desk, 'Cleo')).toBeVisible();
  await expect(desk.getByRole('article')).toHaveCount(1);
  await find('Article, by its address', desk.url().replace(/\/desk.*/, OUTAGE.path));
  await expect(desk.getByRole('article')).toHaveCount(5);
  await find('Words in the text', 'nobody said this');
  await expect(desk.getByText('No comment here fits.')).toBeVisible();

  await desk.getByRole('combobox', { name: 'What speaks against it' }).selectOption('Many links');
  await desk.getByRole('searchbox', { name: 'Words in the text' }).fill('');
  await desk.getByRole('button', { name: 'Find' }).click();
  await expect(desk.getByRole('article')).toHaveCount(1);
  await by(desk, 'Eve').getByRole('button', { name: 'Spam' }).click();
  await expect(status(desk)).toContainText('The comment by Eve is now under “Spam”.');
  await expect(desk.getByText('No comment here fits.')).toBeVisible();
  await desk.getByRole('link', { name: 'Show all of this list' }).click();
  await expect(desk.getByRole('article')).toHaveCount(4);
});

test('a comment has a page with its thread, its person, its signs and its history, and is answered there', async ({
  page,
  desk,
  site,
}) => {
  const [first = 0] = await publishBeside(site, OUTAGE.slug, [{ name: 'Ann', body: 'All of us, all day.' }]);
  await comment(page, { name: 'Ann', email: 'ann@example.org', body: 'It goes on here.' });
  await page.goto(`${OUTAGE.path}comments/?reply=1`);
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: 'Post comment' }) });
  await form
    .getByRole('textbox', { name: 'Comment' })
    .fill('See https://a.example https://b.example https://c.example for what they say now.');
  await form.getByRole('textbox', { name: 'Name' }).fill('Ben');
  await form.getByRole('textbox', { name: 'Email' }).fill('ben@example.org');
  await form.getByRole('button', { name: 'Post comment' }).click();
  await desk.goto('/desk/comments/');
  await by(desk, 'Ben').getByRole('link', { name: 'Thread and history' }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Comment by Ben');
  await expect(desk.getByText('All of us, all day.')).toBeVisible();
  await expect(desk.getByRole('row', { name: /3 links, 2 are allowed/ })).toContainText('maxLinks');
  const steps = desk.locator('.steps li');
  await expect(steps).toHaveCount(2);
  await expect(steps.first()).toContainText('its writer: wrote it');

  await by(desk, 'Ben').getByText('Approve and reply').click();
  await desk.getByRole('textbox', { name: /Your answer, as/ }).fill('Thank you, *Ben*.');
  await desk.getByRole('button', { name: 'Approve and publish the answer' }).click();
  await expect(status(desk)).toContainText('Your answer to Ben is published.');
  await expect(steps.last()).toContainText('approved it');
  await expect(desk.getByText('Thank you, *Ben*.')).toBeVisible();
  await page.goto(OUTAGE.path);
  await expect(page.locator('#comments').getByText('Thank you, Ben.')).toBeVisible();

  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(steps.last()).toContainText('took a decision back');
  await desk.goto(`/desk/comments/${first}/`);
  await expect(desk.getByRole('heading', { name: 'Others of this address' })).toBeVisible();
  await expect(desk.getByText('It goes on here.')).toBeVisible();
});

test('an entry is tried, kept, and taken off again; a comment is tried without being saved', async ({
  page,
  desk,
  site,
}) => {
  setRules(site, { hold: { words: ['parcel'] } });
  await say(page, ['Ann', 'Ben']);
  await desk.goto('/desk/comments/');
  await desk.getByRole('link', { name: 'Lists and rehearsal' }).click();
  await reloadUntil(desk, () =>
    expect(desk.getByRole('row', { name: /hold\.words/ })).toContainText('parcel', { timeout: 100 }),
  );
  await desk.getByRole('combobox', { name: 'What happens to it' }).selectOption('Blocked: to Spam');
  await desk.getByRole('textbox', { name: 'Entry' }).fill('Monday');
  await desk.getByRole('button', { name: 'See what it would have caught' }).click();
  const trial = status(desk);
  await expect(trial).toContainText('“Monday” would have caught 1 of the last 2 comments.');
  await expect(trial).toContainText('Locked out since Monday.');
  await expect(desk.getByText('No entry is kept at the desk.')).toBeVisible();
  await trial.getByRole('button', { name: 'Put it on the list' }).click();
  await expect(status(desk)).toContainText('“Monday” is on the list now');

  const tryIt = async (body: string) => {
    await desk.getByRole('textbox', { name: 'Comment' }).fill(body);
    await desk.getByRole('button', { name: 'See what would happen' }).click();
  };
  await tryIt('It began on Monday.');
  await expect(status(desk)).toContainText('Taken for spam, on a list of what is blocked.');
  await comment(page, { name: 'Cleo', email: 'cleo@example.org', body: 'On monday, yes.' });
  await desk.goto('/desk/comments/?state=spam');
  await expect(by(desk, 'Cleo')).toContainText('on the list of what is blocked: word “Monday”');

  await desk.goto('/desk/comments/rules/');
  await desk
    .getByRole('row', { name: /Monday/ })
    .getByRole('button', { name: 'Remove' })
    .click();
  await expect(status(desk)).toContainText('“Monday” is off the list.');
  await tryIt('It began on Monday.');
  await expect(status(desk)).toContainText('Held for you');
  await desk
    .getByRole('row', { name: /Monday/ })
    .getByRole('button', { name: 'Put back' })
    .click();
  await desk.getByRole('button', { name: 'Undo' }).click();
  await expect(status(desk)).toContainText('“Monday” is off the list.');
  await desk.getByRole('textbox', { name: 'Entry' }).fill('…');
  await desk.getByRole('button', { name: 'Put it on the list' }).click();
  await expect(desk.getByText('should be a word or a phrase')).toBeVisible();
  expect(site.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test.describe('with the keyboard', () => {
  test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'the keys are a script');

  test('a hand on the keys decides one comment after another and takes the last decision back', async ({
    page,
    desk,
  }) => {
    await say(page);
    await desk.goto('/desk/comments/');
    const said = desk.locator('#queue-said');
    await desk.keyboard.press('j');
    await expect(by(desk, 'Dora')).toBeFocused();
    await desk.keyboard.press('j');
    await desk.keyboard.press('k');
    await expect(by(desk, 'Dora')).toBeFocused();
    await desk.keyboard.press('a');
    await expect(said).toHaveText('The comment by Dora is now under “Published”.');
    await expect(by(desk, 'Cleo')).toBeFocused();
    await desk.keyboard.press('s');
    await expect(said).toHaveText('The comment by Cleo is now under “Spam”.');
    await expect(by(desk, 'Ben')).toBeFocused();
    await desk.keyboard.press('j');
    await desk.keyboard.press('t');
    await expect(said).toHaveText('The comment by Ann is now under “Trash”.');
    await expect(by(desk, 'Ben')).toBeFocused();
    await desk.keyboard.press('u');
    await expect(said).toHaveText('Taken back: 1 comment.');
    await expect(by(desk, 'Ann')).toBeVisible();
    await desk.keyboard.press('u');
    await expect(by(desk, 'Cleo')).toBeVisible();
    await expect(by(desk, 'Ben')).toBeFocused();

    for (const key of ['x', 'j', 'x']) await desk.keyboard.press(key);
    await expect(said).toHaveText('2 comments are selected.');
    const selected = desk.getByRole('form', { name: 'Selected comments' });
    await selected.getByRole('button', { name: 'Trash' }).click();
    await expect(said).toHaveText('2 comments are now under “Trash”.');
  });

  test('keys do nothing in a field, with a modifier, or where they are switched off', async ({
    page,
    desk,
  }) => {
    await say(page, ['Ann', 'Ben']);
    await desk.goto('/desk/comments/');
    await desk.keyboard.press('j');
    await desk.keyboard.press('r');
    const answer = by(desk, 'Ben').getByRole('textbox', { name: /Your answer, as/ });
    await expect(answer).toBeFocused();
    await desk.keyboard.type('as to that, just ask');
    await expect(answer).toHaveValue('as to that, just ask');
    await by(desk, 'Ann').focus();
    for (const key of ['Control+s', 'Alt+a', 'Meta+t', 'Shift+A', 'q']) await desk.keyboard.press(key);
    await desk.keyboard.press('?');
    const keys = desk.getByRole('dialog', { name: 'Keys of this page' });
    await expect(keys).toBeVisible();
    await desk.keyboard.press('a');
    await keys.getByRole('checkbox', { name: 'Keys are on, in this browser' }).uncheck();
    await desk.keyboard.press('Escape');
    await expect(keys).toBeHidden();
    await by(desk, 'Ann').focus();
    await desk.keyboard.press('a');
    await desk.reload();
    await by(desk, 'Ann').focus();
    await desk.keyboard.press('a');
    await expect(desk.getByRole('article')).toHaveCount(2);
    await desk.keyboard.press('?');
    await keys.getByRole('checkbox').check();
    await keys.getByRole('button', { name: 'Close' }).click();
    await by(desk, 'Ann').focus();
    await desk.keyboard.press('a');
    await expect(desk.locator('#queue-said')).toContainText('Ann is now under “Published”');
    await expect(desk.getByRole('article')).toHaveCount(1);
  });

  test('an answer that cannot be published stays in its field; who is signed out is led to sign in', async ({
    page,
    desk,
  }) => {
    await say(page, ['Ann']);
    await desk.goto('/desk/comments/');
    await desk.keyboard.press('j');
    await desk.keyboard.press('r');
    await desk.keyboard.type('\u200b\u200b');
    await desk.getByRole('button', { name: 'Approve and publish the answer' }).click();
    await expect(desk.getByText('Write your comment.')).toBeVisible();
    await expect(desk.getByRole('textbox', { name: /Your answer, as/ })).toBeFocused();
    await desk.context().clearCookies();
    await by(desk, 'Ann').getByRole('button', { name: 'Approve', exact: true }).click();
    await expect(desk).toHaveURL(/\/desk\/sign-in\//);
  });
});
