import type { Browser, Page } from '@playwright/test';
import { DOMParser } from '@xmldom/xmldom';
import { sql } from 'kysely';
import { closeApp, openApp } from '#core/app.ts';
import { checkedDraft } from '#core/comments/comment-draft.ts';
import { commentsFeed } from '#core/comments/comments-feed.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { moderatorLetter } from '#core/comments/letters/moderator-letter.ts';
import { repliesLetter } from '#core/comments/letters/reply-letters.ts';
import { decideComments } from '#core/comments/moderation/moderate-comment.ts';
import { type CommentDraft, postComment } from '#core/comments/post-comment.ts';
import { AppError } from '#core/platform/errors.ts';
import { NO_FLOOD, setRules } from '../support/comment-rules.ts';
import { memoryLog, testConfig } from '../support/test-app.ts';
import type { TestSite } from '../support/test-site.ts';
import { OUTAGE } from './steps.ts';

/** What came of attacks that were sent as comments. */
export interface HostileStage {
  site: TestSite;
  /** The texts of which each comment has one as its body, as its name, and where it is taken, in its website. */
  attacks: readonly string[];
  receipts: readonly string[];
  /** Of the page under the article, of its desk's list, and how many of each there are. */
  pages: number;
  clusters: number;
  /** The HTML of letters and of feed entries, as mail programs and feed readers get it. */
  letters: readonly string[];
  entries: readonly string[];
}

type App = Awaited<ReturnType<typeof openApp>>;

/** So many are put together for the desk. */
const CLUSTER = 200;

/** Sends each attack as a comment through the site's own rules, and makes of them all that strangers' words get into. */
export async function setHostileStage(site: TestSite, attacks: readonly string[]): Promise<HostileStage> {
  setRules(site, NO_FLOOD);
  const settings = { DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir, SITE_URL: site.url };
  const app = await openApp(testConfig(settings), { log: memoryLog([]) });
  try {
    await sql`pragma synchronous = off`.execute(app.db); // thousands, and nothing to lose
    const posted: { id: number; receipt: string }[] = [];
    for (const attack of attacks) posted.push(...(await post(app, attack)));
    const ids = posted.map(({ id }) => id);
    const letters = await moderatorLetters(app, ids);
    for (let from = 0; from < ids.length; from += 1000)
      await decideComments(
        app,
        posted.slice(from, from + 1000).map(({ id }) => ({ id })),
        'approve',
        { moderator: 'test' },
      );
    return {
      site,
      attacks,
      receipts: posted.map(({ receipt }) => receipt),
      pages: Math.ceil(ids.length / 100),
      clusters: Math.ceil(ids.length / CLUSTER),
      letters: [...letters, await letterAboutReplies(app, ids)],
      entries: await feedEntries(app, ids.length),
    };
  } finally {
    await closeApp(app);
  }
}

/** One comment, or none where it is refused, with a reason. */
async function post(app: App, attack: string): Promise<{ id: number; receipt: string }[]> {
  const draft = await acceptableDraft(app, attack);
  if (!draft) return [];
  const posted = await postComment(app, draft);
  return posted.state === 'posted' ? [posted] : [];
}

/** With the attack wherever it is taken: as the website, or within one, or without. */
async function acceptableDraft(app: App, attack: string): Promise<CommentDraft | undefined> {
  for (const website of [attack, `https://a.example/${attack}`, ''])
    for (const body of [attack, attack.slice(0, 5000)]) {
      const draft = { ...PLAIN, name: attack.slice(0, 80), website, body };
      try {
        await checkedDraft(app, draft);
        return draft;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'invalid') throw error;
      }
    }
  return undefined;
}

const PLAIN: CommentDraft = {
  article: OUTAGE.slug,
  name: 'Ann',
  email: 'ann@example.org',
  website: '',
  body: 'Plain.',
  parent: '',
  notify: false,
  anyway: true,
  honeypot: '',
  network: '192.0.2.1',
  userAgent: 'Mozilla/5.0',
  referrer: '',
};

async function moderatorLetters(app: App, ids: readonly number[]): Promise<string[]> {
  const letters: string[] = [];
  for (let from = 0; from < ids.length; from += CLUSTER) {
    const id = await delivery(app, 'moderation');
    const some = ids.slice(from, from + CLUSTER);
    await app.db
      .updateTable('comment')
      .set({ told_in: id, cluster: `attacks-${from / CLUSTER}` })
      .where('id', 'in', some)
      .execute();
    letters.push(htmlOf(await moderatorLetter(app, await rowOf(app, id))));
  }
  return letters;
}

/** One letter, with as many of them as go into one, as answers. */
async function letterAboutReplies(app: App, ids: readonly number[]): Promise<string> {
  const at = new Date().toISOString();
  const commenter = {
    id: 'ann',
    email: 'ann@example.org',
    email_key: 'ann@example.org',
    asked: 0,
    created_at: at,
  };
  await app.db
    .insertInto('commenter')
    .values({ ...commenter, confirmed_at: at })
    .execute();
  const id = await delivery(app, 'replies', commenter.id);
  const [above = 0, ...answers] = ids.slice(0, 51);
  await app.db.updateTable('comment').set({ notify: 1 }).where('id', '=', above).execute();
  await app.db.updateTable('comment').set({ parent_id: above }).where('id', 'in', answers).execute();
  await app.db
    .insertInto('reply_notice')
    .values(
      answers.map((comment_id) => ({ comment_id, commenter_id: commenter.id, created_at: at, told_in: id })),
    )
    .execute();
  const html = htmlOf(await repliesLetter(app, await rowOf(app, id)));
  await app.db.updateTable('comment').set({ parent_id: null }).where('id', 'in', answers).execute();
  return html;
}

async function delivery(app: App, kind: 'moderation' | 'replies', commenter_id?: string): Promise<number> {
  const at = new Date().toISOString();
  const { id } = await app.db
    .insertInto('delivery')
    .values({
      kind,
      commenter_id: commenter_id ?? null,
      recipient: 'ann@example.org',
      message_id: `${crypto.randomUUID()}@watchpost.example`,
      state: 'sent',
      due_at: at,
      created_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function rowOf(app: App, id: number) {
  return app.db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

function htmlOf(letter: Awaited<ReturnType<typeof moderatorLetter>>): string {
  if ('skip' in letter) throw new Error(`no letter was made: ${letter.skip}`);
  return letter.html ?? '';
}

async function feedEntries(app: App, most: number): Promise<string[]> {
  const article = app.library.article(OUTAGE.slug);
  if (!article) throw new Error('the story is not there');
  const { text } = commentsFeed(app, article, await newestComments(app, OUTAGE.slug, most));
  const contents = new DOMParser().parseFromString(text, 'application/xml').getElementsByTagName('content');
  return [...contents].map(({ textContent }) => textContent ?? '');
}

/** A page in a browser, watched for everything that a stranger's words must not do. */
export interface Watched {
  page: Page;
  /** What has happened since it was asked last: dialogs, requests to elsewhere, errors of scripts. */
  happened(): string[];
}

/** @param bypassCSP so that whatever gets into a page can do what it wants: the page itself must hold */
export async function watchedPage(
  browser: Browser,
  { url }: TestSite,
  { bypassCSP }: { bypassCSP: boolean },
): Promise<Watched> {
  const context = await browser.newContext({ bypassCSP, baseURL: url });
  const page = await context.newPage();
  const events: string[] = [];
  context.on('page', (other) => other !== page && events.push(`opened ${other.url()}`));
  page.on('dialog', (dialog) => {
    events.push(`asked: ${dialog.message()}`);
    void dialog.dismiss().catch(() => {});
  });
  page.on('pageerror', ({ message }) => events.push(`error: ${message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) events.push(`requested ${request.url()}`);
  });
  await context.route(
    (address) => address.origin !== url,
    (route) => route.abort(),
  );
  return { page, happened: () => events.splice(0) };
}

/** Where strangers' words stand in a page, and what they may be there. */
export interface Judged {
  /** Elements whose insides are a stranger's text, rendered. */
  texts: string;
  /** Elements whose insides hold such texts, and what the site says beside them. */
  around: string;
  /** Styles stand in the elements themselves, as in mail. */
  hasStyles?: boolean;
  /** One file of the site's own, which stands beside all that holds texts. */
  hasScript?: boolean;
}

/** What stands in a page that no comment may bring there: elements, attributes, addresses. */
export function strangers(page: Page, judged: Judged): Promise<string[]> {
  return page.evaluate(({ texts, around, hasStyles = false, hasScript = false }) => {
    const found: string[] = [];
    const IN_TEXT = /^(?:p|br|em|strong|code|pre|blockquote|ul|ol|li|a|bdi)$/;
    const NOWHERE =
      /^(?:script|style|iframe|frame|object|embed|applet|base|math|template|portal|audio|video)$/;
    const isLink = (href: string) => /^(?:https?:\/\/[^\s]|mailto:[^\s?]+$)/i.test(href);
    const note = (element: Element, what: string) =>
      found.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
    for (const element of document.querySelectorAll(`:is(${texts}) *`)) {
      if (!IN_TEXT.test(element.localName)) note(element, 'element in a text');
      for (const { name, value } of element.attributes) {
        const isOfLink = element.localName === 'a' && (name === 'rel' || (name === 'href' && isLink(value)));
        if (!isOfLink) note(element, `attribute ${name} in a text`);
      }
    }
    const own = `:is(${around}) > script[type="module"][src^="/_astro/"]:empty`;
    for (const element of document.querySelectorAll(`:is(${around}) *`)) {
      if (hasScript && element === document.querySelector(own)) continue;
      if (element.matches(':is(bdi, .name) *')) note(element, 'element in a name');
      if (NOWHERE.test(element.localName) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml')
        note(element, 'element');
      for (const { name, value } of element.attributes) {
        if (/^on|^style$|^srcdoc$|^formaction$|^autofocus$|^ping$|^srcset$|^background$|^xlink/.test(name))
          if (!(hasStyles && name === 'style')) note(element, `attribute ${name}`);
        const isOwn = URL.parse(value, location.href)?.origin === location.origin;
        if (/^(?:src|action|data|poster)$/.test(name) && !isOwn) note(element, `address in ${name}`);
        if (name === 'href' && !isOwn && !isLink(value)) note(element, 'address in href');
      }
    }
    return found.slice(0, 20);
  }, judged);
}

/** Lets everything run that a page begins by itself. */
export function settled(page: Page): Promise<unknown> {
  return page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  );
}
