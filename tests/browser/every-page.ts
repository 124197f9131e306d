import { expect, type Page, type Response } from '@playwright/test';
import { CLOSED, MUCH_SAID, STAGED, type Stage } from './stage.ts';
import { fillIn, OUTAGE, writeComment } from './steps.ts';

/** One kind of page that the site has. */
export interface PageKind {
  name: string;
  /** Its address on the stage. */
  at: (stage: Stage) => string;
  /** What it answers, where that is not 200. */
  status?: number;
  /** Shown to a writer who is signed in. */
  isDesk?: boolean;
  /** Has the desk's own script, without which it does no less but ask for passkeys. */
  hasScript?: boolean;
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
    { name: 'the security page', at: () => '/security/' },
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
    { name: 'a preview', at: () => OUTAGE.path, act: lookAtPreview },
    { name: 'a second look at a comment with a password', at: () => OUTAGE.path, status: 422, act: giveAway },
    { name: 'a comment that came too late', at: () => OUTAGE.path, status: 409, act: commentTooLate },
    { name: 'the page on which a comment is answered', at: () => `${STAGED}comments/?reply=1` },
    { name: 'a second page of comments', at: () => `${MUCH_SAID}comments/?page=2` },
    { name: 'the newest comments first', at: () => `${MUCH_SAID}comments/?order=newest` },
    { name: 'a story that takes no comments any more', at: () => CLOSED },
    { name: 'a story under which this browser has commented', at: () => OUTAGE.path, act: commentAndReturn },
  ],
  'what a comment’s writer sees of it': [
    { name: 'the receipt of a held comment', at: ({ receipt }) => receipt },
    { name: 'the receipt of a published comment', at: ({ receipts }) => receipts.published },
    { name: 'the receipt of what was taken for spam', at: ({ receipts }) => receipts.spam },
    { name: 'the receipt of a comment taken back', at: ({ receipts }) => receipts.withdrawn },
    { name: 'the receipt of an erased comment', at: ({ receipts }) => receipts.erased },
    { name: 'a second look at a change', at: ({ receipt }) => receipt, status: 422, act: giveAwayInChange },
  ],
  'what letters about comments lead to': [
    { name: 'a decision that waits', at: ({ decide }) => decide.waiting },
    { name: 'an answer that waits', at: ({ decide }) => decide.answering },
    { name: 'a decision that is made', at: ({ decide }) => decide.done },
    { name: 'a decision that came too late', at: ({ decide }) => decide.over, status: 410 },
    { name: 'the question whether to hear of replies', at: ({ notices }) => notices.confirm },
    { name: 'the same question, answered before', at: ({ notices }) => notices.confirmed, status: 410 },
    { name: 'the question whether to stop', at: ({ notices }) => notices.stop },
    { name: 'letters about replies, stopped', at: ({ notices }) => notices.stopped },
    { name: 'the comments of a confirmed address', at: ({ notices }) => notices.mine },
    { name: 'the stories on which a subscriber can comment', at: ({ readerComments }) => readerComments },
    {
      name: 'a story on which a subscriber comments',
      at: ({ readerComments }) => `${readerComments}${STAGED.split('/')[2]}/`,
    },
    {
      name: 'an answer by a subscriber',
      at: ({ readerComments }) => `${readerComments}${STAGED.split('/')[2]}/?reply=1`,
    },
  ],
  'the newsletter': [
    { name: 'the newsletter page', at: () => '/newsletter/' },
    { name: 'the newsletter page with a mistake', at: () => '/newsletter/', status: 422, act: signUpWrongly },
    { name: 'the page that says to check your mail', at: () => '/newsletter/check-your-mail/' },
    { name: 'the page that sends a reader their link', at: () => '/newsletter/link/' },
    {
      name: 'the same page with a mistake',
      at: () => '/newsletter/link/',
      status: 422,
      act: askForLinkWrongly,
    },
    { name: 'the page behind a confirmation link', at: ({ confirm }) => confirm },
    { name: 'the page behind “this was not me”', at: ({ notMe }) => notMe.waiting },
    { name: 'the same page after the press', at: ({ notMe }) => notMe.done },
    { name: 'the page behind an unsubscribe link', at: ({ unsubscribe }) => unsubscribe },
    { name: 'the choices of a subscriber', at: ({ preferences }) => preferences },
    {
      name: 'a phrase that is none',
      at: ({ preferences }) => preferences,
      status: 422,
      act: choosePhraseWrongly,
    },
    { name: 'the list of editions', at: () => '/newsletter/editions/' },
    { name: 'an edition', at: ({ edition }) => edition },
  ],
  'the ways into the desk': [
    { name: 'the sign-in page', at: () => '/desk/sign-in/', hasScript: true },
    { name: 'the page behind a sign-in link', at: ({ deskLink }) => deskLink },
    { name: 'a sign-in link that is not good', at: () => '/desk/sign-in/old/', status: 410 },
    { name: 'an invitation', at: ({ invitation }) => invitation },
    { name: 'an invitation that is not good', at: () => '/desk/join/old/', status: 410 },
    { name: 'one’s own account', at: () => '/desk/account/', isDesk: true, hasScript: true },
    { name: 'the step-up', at: () => '/desk/step-up/', isDesk: true },
    { name: 'the people at the desk', at: () => '/desk/people/', isDesk: true },
  ],
  'the figures of the desk': [
    { name: 'the drafts at the desk', at: () => '/desk/articles/?shelf=drafts', isDesk: true },
    { name: 'an article at the desk', at: () => `/desk${STAGED}`, isDesk: true },
    { name: 'the figures at the desk', at: () => '/desk/figures/', isDesk: true },
  ],
  'the desk': [
    { name: 'the desk', at: () => '/desk/', isDesk: true, hasScript: true },
    { name: 'the articles at the desk', at: () => '/desk/articles/', isDesk: true },
    { name: 'the held comments at the desk', at: () => '/desk/comments/', isDesk: true, hasScript: true },
    {
      name: 'the published comments at the desk',
      at: () => '/desk/comments/?state=published',
      isDesk: true,
      hasScript: true,
    },
    { name: 'the spam at the desk', at: () => '/desk/comments/?state=spam', isDesk: true, hasScript: true },
    { name: 'the trash at the desk', at: () => '/desk/comments/?state=trash', isDesk: true, hasScript: true },
    {
      name: 'a search in the queue',
      at: () => '/desk/comments/?words=version&select=all',
      isDesk: true,
      hasScript: true,
    },
    {
      name: 'a comment with its history at the desk',
      at: () => '/desk/comments/1/',
      isDesk: true,
      hasScript: true,
    },
    {
      name: 'an answer with what it answers at the desk',
      at: () => '/desk/comments/2/',
      isDesk: true,
      hasScript: true,
    },
    {
      name: 'a comment that is not there, at the desk',
      at: () => '/desk/comments/9999/',
      status: 404,
      isDesk: true,
    },
    { name: 'the lists of the desk', at: () => '/desk/comments/rules/', isDesk: true },
    { name: 'an entry that is tried', at: () => '/desk/comments/rules/', isDesk: true, act: tryEntry },
    {
      name: 'an entry that is none',
      at: () => '/desk/comments/rules/',
      status: 422,
      isDesk: true,
      act: tryWrongEntry,
    },
    { name: 'a comment that is tried', at: () => '/desk/comments/rules/', isDesk: true, act: tryComment },
    { name: 'the editions at the desk', at: () => '/desk/editions/', isDesk: true, hasScript: true },
    {
      name: 'the calendar of editions',
      at: ({ edition }) => `/desk/editions/calendar/?month=${idOf(edition).slice(0, 7)}`,
      isDesk: true,
    },
    {
      name: 'a month of the calendar in which nothing went out',
      at: () => '/desk/editions/calendar/?month=2015-02',
      isDesk: true,
    },
    {
      name: 'the letters of an edition one by one',
      at: ({ edition }) => `/desk/subscribers/letters/?edition=${idOf(edition)}&state=sent`,
      isDesk: true,
    },
    {
      name: 'the books of an edition at the desk',
      at: ({ edition }) => booksOf(edition),
      isDesk: true,
      hasScript: true,
    },
    { name: 'the next digest at the desk', at: () => '/desk/editions/next/weekly/', isDesk: true },
    {
      name: 'a plan that was changed in another window',
      at: () => '/desk/editions/next/weekly/',
      status: 409,
      isDesk: true,
      act: saveTooLate,
    },
    {
      name: 'the letters of the next digest at the desk',
      at: () => '/desk/editions/letters/digest/weekly/',
      isDesk: true,
    },
    {
      name: 'the letters of an edition at the desk, dark',
      at: ({ edition }) => `/desk/editions/letters/edition/${idOf(edition)}/?scheme=dark`,
      isDesk: true,
    },
    { name: 'the subscribers at the desk', at: () => '/desk/subscribers/', isDesk: true },
    {
      name: 'a search for a subscriber that finds nobody',
      at: () => '/desk/subscribers/?q=nobody&state=confirmed',
      isDesk: true,
    },
    { name: 'a subscriber at the desk', at: ({ subscriber }) => subscriber, isDesk: true },
    {
      name: 'an act on a subscriber without a reason',
      at: ({ subscriber }) => subscriber,
      status: 422,
      isDesk: true,
      act: suppressWithoutReason,
    },
    { name: 'the page that adds a subscriber', at: () => '/desk/subscribers/add/', isDesk: true },
    { name: 'the page that keeps an address out', at: () => '/desk/subscribers/address/', isDesk: true },
    { name: 'the kept mail at the desk', at: () => '/desk/mail/', isDesk: true },
    {
      name: 'a search in the kept mail that finds nothing',
      at: () => '/desk/mail/?q=nothing-like-it',
      isDesk: true,
    },
    { name: 'what was done, at the desk', at: () => '/desk/audit/', isDesk: true },
    { name: 'a drill, at the desk', at: () => '/desk/drill/', isDesk: true },
    { name: 'what the console did, at the desk', at: () => '/desk/audit/?who=console', isDesk: true },
    { name: 'the security of the site, at the desk', at: () => '/desk/security/', isDesk: true },
    { name: 'a kept letter at the desk', at: ({ keptLetter }) => keptLetter, isDesk: true },
  ],
};

/** Where the desk keeps the books of an edition that has a page. */
function booksOf(edition: string): string {
  return edition.replace('/newsletter/', '/desk/');
}

/** The id of an edition that has a page. */
function idOf(edition: string): string {
  return edition.split('/').at(-2) ?? '';
}

/** Goes to a page of a kind, and gives back the answer that it came by. */
export async function open(
  page: Page,
  stage: Stage,
  { at, isDesk, status = 200, act }: PageKind,
): Promise<Response> {
  if (isDesk) await page.context().addCookies([{ ...stage.session, url: stage.site.url }]);
  const answers: Response[] = [];
  const note = (response: Response) => {
    const isPage = response.request().isNavigationRequest() && response.frame() === page.mainFrame();
    if (isPage && response.status() === status) answers.push(response);
  };
  page.on('response', note);
  await page.goto(at(stage));
  if (act) await act(page);
  else await expect(page).toHaveURL(at(stage)); // not the sign-in, to which the desk leads strangers
  await expect
    .poll(() => answers.length, `answers of ${status}`)
    .toBeGreaterThan(act && status === 200 ? 1 : 0);
  page.off('response', note);
  return answers.at(-1) as Response;
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

const TYPED = { name: 'Ann', email: 'ann@example.org', body: 'It is *here*, too.' };
const GIVEN_AWAY = 'It still has the password: Tr0ub4dor&3 that is printed on it.';

async function lookAtPreview(page: Page): Promise<void> {
  const form = await fillIn(page, TYPED);
  await form.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Preview of your comment');
}

async function giveAway(page: Page): Promise<void> {
  const form = await fillIn(page, { ...TYPED, body: GIVEN_AWAY });
  await form.getByRole('button', { name: 'Post comment' }).click();
}

async function giveAwayInChange(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Change it' }).fill(GIVEN_AWAY);
  await page.getByRole('button', { name: 'Save the change' }).click();
}

/** As if the article had closed while it was written. */
async function commentTooLate(page: Page): Promise<void> {
  const form = await fillIn(page, TYPED);
  await form.evaluate((element: HTMLFormElement, path) => {
    element.action = path;
  }, `${CLOSED}comments/`);
  await form.getByRole('button', { name: 'Post comment' }).click();
}

async function commentAndReturn(page: Page): Promise<void> {
  await writeComment(page, { ...TYPED, body: `Written at ${Date.now()}, and held.` });
  await page.goto(OUTAGE.path);
  await expect(page.getByRole('complementary', { name: 'Your comments here' })).toBeVisible();
}

/** As if another window had saved while this one was written in. */
async function saveTooLate(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Introduction' }).fill('My words');
  await page.locator('form:has(textarea) [name="version"]').evaluate((input: HTMLInputElement) => {
    input.value = 'before';
  });
  await page.getByRole('button', { name: 'Save' }).click();
}

async function suppressWithoutReason(page: Page): Promise<void> {
  await page.getByText('Keep the address out', { exact: true }).click();
  await page.locator('#suppress-evidence').fill('  ');
  await page.getByRole('button', { name: 'Never write to it again' }).click();
}

async function signUpWrongly(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill('reader@example');
  await page.getByRole('button', { name: 'Send me the digest' }).click();
}

async function askForLinkWrongly(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill('reader@example');
  await page.getByRole('button', { name: 'Send me my link' }).click();
}

async function choosePhraseWrongly(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Your phrase' }).fill('www.example.org');
  await page.getByRole('button', { name: 'Save' }).click();
}

async function tryEntry(page: Page, entry = 'macro'): Promise<void> {
  await page.getByRole('textbox', { name: 'Entry' }).fill(entry);
  await page.getByRole('button', { name: 'See what it would have caught' }).click();
}

function tryWrongEntry(page: Page): Promise<void> {
  return tryEntry(page, '…');
}

async function tryComment(page: Page): Promise<void> {
  await page
    .getByRole('textbox', { name: 'Comment' })
    .fill('Buy cheap macros: https://shop.example/?ref=77123');
  await page.getByRole('button', { name: 'See what would happen' }).click();
}
