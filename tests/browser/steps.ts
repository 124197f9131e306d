import { expect, type Page } from '@playwright/test';
import { type Letter, letterOf, type SmtpFake } from '../support/smtp-fake.ts';
import type { TestSite } from '../support/test-site.ts';

/** The story from which the site was born; it ships with the project. */
export const OUTAGE = {
  path: '/articles/multi-factor-failure-locks-out-office-365-and-azure-users/',
  title: 'Multi-factor failure locks out Office 365 and Azure users',
};

/** A link to the desk, as the machine's console prints it. */
export async function deskLink(site: TestSite): Promise<string> {
  const { stdout } = await site.command('desk', 'link');
  return stdout.trim();
}

export async function signIn(page: Page, site: TestSite): Promise<void> {
  await page.goto(await deskLink(site));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Desk', level: 1 })).toBeVisible();
}

export interface TypedComment {
  name: string;
  email: string;
  body: string;
}

/** Writes a comment under the outage story and ends at its receipt. */
export async function comment(page: Page, { name, email, body }: TypedComment): Promise<void> {
  await page.goto(OUTAGE.path);
  const form = page.getByRole('region', { name: 'Add yours' });
  await form.getByRole('textbox', { name: 'Comment' }).fill(body);
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  await form.getByRole('textbox', { name: 'Email' }).fill(email);
  await form.getByRole('button', { name: 'Post comment' }).click();
  await expect(page.getByRole('heading', { name: 'Where your comment is' })).toBeVisible();
}

/** Decides at the desk about the one comment of a person that stands in the list shown there. */
export async function decide(desk: Page, action: 'Approve' | 'Spam' | 'Delete', name: string): Promise<void> {
  const queued = desk.getByRole('article', { name: `Comment by ${name}` });
  await queued.getByRole('button', { name: action }).click();
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

/** The one link of a kind in the text of a letter. */
export function linkTo(kind: string, { text }: Pick<Letter, 'text'>): string {
  const link = new RegExp(`https?://\\S+/newsletter/${kind}/\\S+`).exec(text)?.[0];
  if (!link) throw new Error(`the letter has no ${kind} link: ${text}`);
  return link;
}
