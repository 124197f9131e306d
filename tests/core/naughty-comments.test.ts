import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { closeApp, openApp } from '#core/app.ts';
import type { CommentRow } from '#core/comments/comment-rows.ts';
import { commentsFeed } from '#core/comments/comments-feed.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { cleanText, commentHtml } from '#core/comments/markup/comment-markup.ts';
import { decideComments } from '#core/comments/moderation/moderate-comment.ts';
import { projectRoot } from '#core/platform/config.ts';
import { unescapedHtml } from '#core/platform/safe-html.ts';
import { NO_FLOOD, setRules } from '../support/comment-rules.ts';
import { feedFaults } from '../support/feed-rules.ts';
import { memoryLog, testConfig } from '../support/test-app.ts';
import { postForm, startSite, type TestSite } from '../support/test-site.ts';

const CORPUS = path.join(projectRoot, '..', 'shared', 'corpora', 'naughty-strings', 'blns.json');
const ARTICLE = 'sim-swapping';
const COMMENTS = `/articles/${ARTICLE}/comments/`;

const collected = existsSync(CORPUS) ? (JSON.parse(readFileSync(CORPUS, 'utf8')) as string[]) : undefined;
/** Too long for a name, or nothing that can be seen. */
const NO_NAMES = ['\u{1f600}'.repeat(41), '\u{3164}', '\u{ad}\u{200e}', '\u{2800}'];
/** Odd, and websites all the same. */
const WEBSITES = [
  'example.org/a b',
  'HTTP://EXAMPLE.ORG',
  'https://example.org/?q=\u{e9}',
  'https://example.org/%00',
  'https://example.org/"><img src=x>',
  'https://example.org/\u{202e}gpj.exe',
];
/** Some of our own, beyond those: what deceives, and what other fields than a comment would choke on. */
const NAUGHTY = [
  ...(collected ?? []),
  ...NO_NAMES,
  ...WEBSITES,
  ...['a\u{202e}b\u{2066}c', 'zero\u{200b}width\u{feff}', 'tags\u{e0041}\u{e0042}', 'nul\u{0}bell\u{7}'],
  ...[
    `e${'\u{301}'.repeat(40)}`,
    '\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}',
    'e\u{301} is é',
    '\u{2028}x\u{2029}',
  ],
  ...['שלום עולם', ' padded ', 'two\r\nlines', '=1+1', ']]>', '--><!--', '%00%0d%0a'],
];
const DECEIVING = /[\u{202a}-\u{202e}\u{2066}-\u{2069}\u{200b}\u{feff}\u{e0000}-\u{e007f}]/u;

type Field = 'body' | 'name' | 'website';

interface Sent {
  text: string;
  status: number;
  receipt: string;
  page: string;
}

test('every naughty string is stored and shown unchanged but for what deceives, or refused with a reason', async (t) => {
  if (!collected) t.diagnostic('the collection is not beside the project: only a few of our own were tried');
  const site = await startSite(t, { WORKER: 'off' });
  setRules(site, NO_FLOOD);
  await site.stop();
  await site.start(); // it has read the rules
  const app = await appBeside(t, site);
  for (const field of ['body', 'name', 'website'] as const) {
    const sent = await sendEach(site, field);
    for (const one of sent) assertAnswered(one, field);
    for (const { text, status } of sent) {
      if (field === 'name' && NO_NAMES.includes(text)) assert.equal(status, 422, `${text} as name`);
      if (field === 'website' && WEBSITES.includes(text)) assert.equal(status, 303, `${text} as website`);
    }
    const rows = await app.db.selectFrom('comment').selectAll().where('state', '<>', 'published').execute();
    if (rows.length > 0) await decideComments(app, rows, 'approve', { moderator: 'test' });
    const byReceipt = new Map<string, CommentRow>();
    for (const one of sent.filter(({ status }) => status === 303))
      byReceipt.set(one.receipt, await rowOf(site, app, one));
    for (const { text, receipt } of sent) {
      const row = byReceipt.get(receipt);
      if (row) await assertKept(site, field, text, row, receipt);
    }
    assert.ok(
      byReceipt.size >= (field === 'website' ? WEBSITES.length : 0.8 * (NAUGHTY.length - NO_NAMES.length)),
      `${byReceipt.size} as ${field}`,
    );
  }
  await assertPagesWhole(site, app);
});

async function appBeside(t: TestContext, { dataDir, contentDir, url }: TestSite) {
  const settings = { DATA_DIR: dataDir, CONTENT_DIR: contentDir, SITE_URL: url };
  const app = await openApp(testConfig(settings), { log: memoryLog([]) });
  t.after(() => closeApp(app));
  return app;
}
type App = Awaited<ReturnType<typeof appBeside>>;

async function sendEach(site: TestSite, field: Field): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const [n, text] of NAUGHTY.entries()) {
    const plain = { name: `Ann ${n}`, email: `ann${n}@example.org`, website: '', body: `Of ${field} ${n}` };
    const response = await postForm(site.url + COMMENTS, { ...plain, anyway: 'on', [field]: text });
    const receipt = response.headers.get('location') ?? '';
    sent.push({ text, status: response.status, receipt, page: await response.text() });
  }
  return sent;
}

function assertAnswered({ text, status, page }: Sent, field: Field): void {
  const name = `${field} ${JSON.stringify(text)}`;
  assert.ok([303, 409, 422].includes(status), `${status} for ${name}`);
  if (status === 422) {
    const reason = new RegExp(`<p class="error" id="comment-${field}-error">\\s*([^<]+?)\\s*</p>`).exec(
      page,
    )?.[1];
    assert.ok(reason, `${name} is refused with a reason`);
    assert.ok(page.trimEnd().endsWith('</html>'), name);
  }
}

async function rowOf(site: TestSite, app: App, { receipt, text }: Sent): Promise<CommentRow> {
  const response = await fetch(`${site.url}${receipt}data.json`);
  const name = JSON.stringify(text);
  assert.equal(response.status, 200, name);
  const [kept] =
    Object.values((await response.json()) as { comment: { email: string; body: string }[] })[0] ?? [];
  const row = await app.db
    .selectFrom('comment')
    .selectAll()
    .where('email', '=', kept?.email ?? '')
    .where('body', '=', kept?.body ?? '')
    .executeTakeFirst();
  assert.ok(row, name);
  return row;
}

async function assertKept(
  site: TestSite,
  field: Field,
  text: string,
  row: CommentRow,
  receipt: string,
): Promise<void> {
  const name = `${field} ${JSON.stringify(text)}`;
  const kept = row[field] ?? '';
  if (field === 'website') {
    if (text.trim()) assert.match(kept, /^https?:\/\/[^\s/]*[\w-]\.[!-~]+$/, name);
    return;
  }
  const cleaned = cleanText(text).trim();
  assert.equal(kept, field === 'name' ? cleaned.replace(/\s+/g, ' ') : cleaned, name);
  assert.doesNotMatch(kept, DECEIVING, name);
  assert.doesNotMatch(kept, /\p{Mn}{4}/u, name);
  if (isHonest(text)) {
    const typed = text.normalize('NFC').replaceAll('\r\n', '\n').trim();
    assert.equal(kept, field === 'name' ? typed.replace(/\s+/g, ' ') : typed, name);
  }
  const page = await (await fetch(site.url + receipt)).text();
  const shown =
    field === 'name'
      ? /<bdi class="name"[^>]*>([^<]*)<\/bdi>/.exec(page)?.[1]
      : /<textarea[^>]* name="body"[^>]*>([^<]*)<\/textarea>/.exec(page)?.[1];
  assert.equal(unescapedHtml(shown ?? ''), kept, `${name} on its receipt`);
  if (field === 'body') assert.equal(lettersOf(wordsOf(row.html)), lettersOf(kept), `${name} as it is shown`);
}

/** Nothing in it is on the list of what is taken away. */
function isHonest(text: string): boolean {
  return !/[[\p{Cc}--[\t\n\r]][\p{Cf}\p{Cs}]]|\p{M}{4}/v.test(text);
}

/** Of HTML of ours, without the place that is said behind a link with other words. */
function wordsOf(html: string): string {
  return unescapedHtml(html.replace(/ <bdi>[^<]*<\/bdi>/g, '').replace(/<[^>]*>/g, ''));
}

/** Without what the marks of a comment are made of. */
function lettersOf(text: string): string {
  return text.replace(/\]\(https?:[^)\s]*\)/g, '').replace(/[\s*_`~>[\]()<+\-.\d]/g, '');
}

async function assertPagesWhole(site: TestSite, app: App): Promise<void> {
  const { published = 0 } =
    (await app.db
      .selectFrom('discussion')
      .select('published')
      .where('article', '=', ARTICLE)
      .executeTakeFirst()) ?? {};
  assert.ok(published > NAUGHTY.length);
  let seen = 0;
  for (let page = 1; page <= Math.ceil(published / 100); page++) {
    const html = await (await fetch(`${site.url}${COMMENTS}?page=${page}`)).text();
    seen += html.match(/<li id="comment-\d+"/g)?.length ?? 0;
    assert.ok(html.trimEnd().endsWith('</html>'), `page ${page}`);
    assert.ok(html.isWellFormed(), `page ${page}`);
    assert.doesNotMatch(html, DECEIVING, `page ${page}`);
  }
  assert.equal(seen, published);
  const article = app.library.article(ARTICLE);
  assert.ok(article);
  const { text } = commentsFeed(app, article, await newestComments(app, ARTICLE, published));
  assert.deepEqual(faultsOf(text), []);
  const sent = await (await fetch(`${site.url}/articles/${ARTICLE}/comments.xml`)).text();
  assert.deepEqual(faultsOf(sent), []);
  const errors = site.lines.filter(({ level }) => level === 'error');
  assert.deepEqual(errors, []);
}

/** But for the doubt whether a title that is declared as text is HTML: so are some people's names here. */
function faultsOf(feed: string) {
  assert.doesNotMatch(feed, /<(?:title|name) type=/);
  return feedFaults(feed).filter(({ finding }) => finding !== 'ContainsUndeclaredHTML');
}

test('a domain that only looks like another is shown as what it is', () => {
  const html = commentHtml('See https://аррӏе.com/ and [the bank](https://bаnk.example/).');
  assert.match(html, /https:\/\/xn--80ak6aa92e\.com\//);
  assert.match(html, /<bdi>\(xn--bnk-6cd\.example\)<\/bdi>/);
  assert.doesNotMatch(html, /аррӏе|bаnk/);
});

test('the beginning of a comment never ends in half a character', async (t) => {
  const site = await startSite(t, { WORKER: 'off' });
  const fields = { name: 'Ann', email: 'ann@example.org', website: '', body: `a${'\u{1f600}'.repeat(90)}` };
  const posted = await postForm(site.url + COMMENTS, fields);
  const cookie = posted.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const page = await (await fetch(`${site.url}/articles/${ARTICLE}/`, { headers: { cookie } })).text();
  assert.match(page, /“.?a\u{1f600}{39}…/u);
});

test('towers of accents are cut to three, and words and emoji that need their joiners keep them', () => {
  assert.equal(cleanText(`e${'\u{317}'.repeat(9)}`), `e${'\u{317}'.repeat(3)}`);
  for (const text of ['\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}', 'می\u{200c}خواهم', 'क्\u{200d}ष'])
    assert.equal(cleanText(text), text);
});
