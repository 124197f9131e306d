import { expect, type Locator, type Page } from '@playwright/test';
import { type Letter, letterOf, type SmtpFake } from '../support/smtp-fake.ts';
import { deskLink, type TestSite, until } from '../support/test-site.ts';

/** The story from which the site was born; it ships with the project. */
export const OUTAGE = {
  slug: 'multi-factor-failure-locks-out-office-365-and-azure-users',
  path: '/articles/multi-factor-failure-locks-out-office-365-and-azure-users/',
  title: 'Multi-factor failure locks out Office 365 and Azure users',
};

/** Whose link of the first start was used. */
const begun = new WeakSet<TestSite>();

/** By the link that the first start printed, then by one of the console. */
export async function signIn(page: Page, site: TestSite): Promise<void> {
  const [first] = begun.has(site) ? [] : (site.output().match(/(?<=Your desk\b.*: )\S+/) ?? []);
  begun.add(site);
  await page.goto(first ?? (await deskLink(site)));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Desk', level: 1 })).toBeVisible();
}

export interface TypedComment {
  name: string;
  email: string;
  body: string;
}

/** Writes a comment under the outage story and ends at its receipt. */
export async function comment(page: Page, typed: TypedComment): Promise<void> {
  await page.goto(OUTAGE.path);
  await writeComment(page, typed);
}

/** Writes into the form that a page shows, and ends at the receipt. */
export async function writeComment(page: Page, typed: TypedComment): Promise<void> {
  const form = await fillIn(page, typed);
  await form.getByRole('button', { name: 'Post comment' }).click();
  await expect(page.getByRole('heading', { name: 'Where your comment is' })).toBeVisible();
}

/** Types a comment into the form that a page shows; the form. */
export async function fillIn(page: Page, { name, email, body }: TypedComment): Promise<Locator> {
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: 'Post comment' }) });
  await form.getByRole('textbox', { name: 'Comment' }).fill(body);
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  if (email) await form.getByRole('textbox', { name: 'Email' }).fill(email);
  return form;
}

/** Looks at a page again until it is as it should be. */
export async function reloadUntil(page: Page, check: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.reload();
    await check();
  }).toPass();
}

/** Decides at the desk about the one comment of a person that stands in the list shown there. */
export async function decide(desk: Page, action: 'Approve' | 'Spam' | 'Trash', name: string): Promise<void> {
  const queued = desk.getByRole('article', { name: `Comment by ${name}` });
  await queued.getByRole('button', { name: action }).click();
  await expect(desk.getByRole('status').first()).toContainText(`The comment by ${name} is now under`);
}

/** Finds, and reads, the comment of a person held at the desk, and lets it appear. */
export async function approve(desk: Page, name: string): Promise<void> {
  await desk.goto('/desk/comments/');
  await decide(desk, 'Approve', name);
  await expect(desk.getByRole('status')).toContainText(`The comment by ${name} is now under “Published”.`);
}

/** Asks for the digest by the form of the newsletter page. */
export async function signUp(page: Page, email: string): Promise<void> {
  await page.goto('/newsletter/');
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByRole('button', { name: 'Send me the digest' }).click();
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible();
}

/** The nth letter that the relay took, from 1, once it has come. */
export async function letter(relay: SmtpFake, number: number): Promise<Letter> {
  const messages = await relay.until(number);
  const message = messages[number - 1];
  if (!message) throw new Error(`there is no letter ${number}`);
  return letterOf(message.raw);
}

/** The newest letter to an address with a word in its subject, once it has come. */
export async function letterTo(relay: SmtpFake, to: string, word: string): Promise<Letter> {
  const found = () =>
    relay.messages
      .filter((message) => message.to.includes(to))
      .map(({ raw }) => letterOf(raw))
      .findLast(({ headers }) => headers.subject?.includes(word));
  await until(() => found() !== undefined, `a letter to ${to} about “${word}”`);
  return found() as Letter;
}

/** The one link of a kind in the text of a letter. */
export function linkTo(kind: string, { text }: Pick<Letter, 'text'>): string {
  const link = new RegExp(`https?://\\S+/newsletter/${kind}/\\S+`).exec(text)?.[0];
  if (!link) throw new Error(`the letter has no ${kind} link: ${text}`);
  return link;
}
