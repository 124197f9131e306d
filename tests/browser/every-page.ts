import { expect, type Page, type Response } from '@playwright/test';
import { STAGED, type Stage } from './stage.ts';
import { OUTAGE } from './steps.ts';

/** One kind of page that the site has. */
export interface PageKind {
  name: string;
  /** Its address on the stage. */
  at: (stage: Stage) => string;
  /** What it answers, where that is not 200. */
  status?: number;
  /** Shown to a writer who is signed in. */
  isDesk?: boolean;
  /** What a person does on the page at that address to come to this one. */
  act?: (page: Page) => Promise<void>;
}

/** Every kind of page, each once, by the part of the site that it belongs to. */
export const EVERY_PAGE: Record<string, PageKind[]> = {
  'what everybody reads': [
    { name: 'the home page', at: () => '/' },
    { name: 'an article', at: () => OUTAGE.path },
    { name: 'the page about the site', at: () => '/about/' },
    { name: 'the privacy page', at: () => '/privacy/' },
    { name: 'an address where nothing stands', at: () => '/nothing/', status: 404 },
  ],
  'what leads to articles': [
    { name: 'the list of articles', at: () => '/articles/' },
    { name: 'the list of topics', at: () => '/topics/' },
    { name: 'a topic', at: () => '/topics/authentication/' },
    { name: 'an author', at: () => '/authors/desk/' },
    { name: 'the archive', at: () => '/archive/' },
    { name: 'a year of the archive', at: () => '/archive/2018/' },
    { name: 'a series', at: () => '/series/way-in/' },
    { name: 'the search page', at: () => '/search/' },
    { name: 'a search that finds stories', at: () => '/search/?q=phishing' },
    { name: 'a search that finds nothing', at: () => '/search/?q=phsihing' },
  ],
  'the comments': [
    { name: 'an ongoing story with code, table and comments', at: () => STAGED },
    { name: 'a comment with mistakes', at: () => OUTAGE.path, status: 422, act: commentWrongly },
    { name: 'the receipt of a comment', at: ({ receipt }) => receipt },
  ],
  'the newsletter': [
    { name: 'the newsletter page', at: () => '/newsletter/' },
    { name: 'the newsletter page with a mistake', at: () => '/newsletter/', status: 422, act: signUpWrongly },
    { name: 'the page that says to check your mail', at: () => '/newsletter/check-your-mail/' },
    { name: 'the page behind a confirmation link', at: ({ confirm }) => confirm },
    { name: 'the page behind an unsubscribe link', at: ({ unsubscribe }) => unsubscribe },
    { name: 'the choices of a subscriber', at: ({ preferences }) => preferences },
    { name: 'the list of editions', at: () => '/newsletter/editions/' },
    { name: 'an edition', at: ({ edition }) => edition },
  ],
  'the desk': [
    { name: 'the sign-in page', at: () => '/desk/sign-in/' },
    { name: 'the page behind a sign-in link', at: ({ deskLink }) => deskLink },
    { name: 'a sign-in link that is not good', at: () => '/desk/sign-in/old/', status: 410 },
    { name: 'the desk', at: () => '/desk/', isDesk: true },
    { name: 'the articles at the desk', at: () => '/desk/articles/', isDesk: true },
    { name: 'the held comments at the desk', at: () => '/desk/comments/', isDesk: true },
    { name: 'the spam at the desk', at: () => '/desk/comments/?state=spam', isDesk: true },
    { name: 'the subscribers at the desk', at: () => '/desk/subscribers/', isDesk: true },
    { name: 'the kept mail at the desk', at: () => '/desk/mail/', isDesk: true },
    { name: 'a kept letter at the desk', at: ({ keptLetter }) => keptLetter, isDesk: true },
  ],
};

/** Goes to a page of a kind, and gives back the answer that it came by. */
export async function open(
  page: Page,
  stage: Stage,
  { at, isDesk, status = 200, act }: PageKind,
): Promise<Response> {
  if (isDesk) await page.context().addCookies([{ ...stage.session, url: stage.site.url }]);
  const answered = page.waitForResponse(
    (response) => response.status() === status && response.request().isNavigationRequest(),
  );
  await page.goto(at(stage));
  if (act) await act(page);
  else await expect(page).toHaveURL(at(stage)); // not the sign-in, to which the desk leads strangers
  return answered;
}

async function commentWrongly(page: Page): Promise<void> {
  const form = page.getByRole('region', { name: 'Add yours' });
  for (const [name, value] of Object.entries({
    Comment: 'My words',
    Name: '  ',
    Email: 'ann@example',
    Website: 'nonsense:there',
  })) {
    await form.getByRole('textbox', { name }).fill(value);
  }
  await form.getByRole('button', { name: 'Post comment' }).click();
}

async function signUpWrongly(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill('reader@example');
  await page.getByRole('button', { name: 'Send me the digest' }).click();
}
