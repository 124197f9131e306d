import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { closeApp, openApp } from '#core/app.ts';
import { viewsNow } from '#core/articles/views.ts';
import { DAY } from '#core/platform/clock.ts';
import { isReader } from '#server/reader-views.ts';
import { memoryLog, openTestApp, testConfig } from '../support/test-app.ts';
import { startSite } from '../support/test-site.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';
const SLUG = 'passkeys-explained';
const PATH = `/articles/${SLUG}/`;

const site = await startSite({ after: after as TestContext['after'] });
const look = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(site.url + path, { method, headers: { 'user-agent': FIREFOX, ...headers }, redirect: 'manual' });
/** What is saved, seen by another process. */
const saved = async (t: TestContext) => {
  const app = await openApp(testConfig({ DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }), {
    log: memoryLog([]),
  });
  t.after(() => closeApp(app));
  const rows = await app.db.selectFrom('article_view').select(['slug', 'views']).orderBy('slug').execute();
  return rows.map(({ slug, views }) => `${slug} ${views}`);
};

describe('views', () => {
  test('are counted by article and UTC day, in memory until they are saved', async (t) => {
    const { views, db, clock } = await openTestApp(t, { now: '2026-11-24T23:59:59.000Z' });
    const counts = async () => Object.fromEntries(await viewsNow(db, clock));
    for (const slug of ['one', 'one', 'two']) views.add(`/articles/${slug}/`);
    for (const other of ['/articles/', '/articles/?page=2', '/articles/one/cover.svg', '/articles/one/two/'])
      views.add(other);
    assert.deepEqual(await counts(), {});
    clock.advance(1000);
    views.add('/articles/one/');
    await views.flush();
    assert.deepEqual(await counts(), {
      one: { today: 1, week: 3, month: 3, all: 3 },
      two: { today: 0, week: 1, month: 1, all: 1 },
    });
    clock.advance(6 * DAY);
    views.add('/articles/one/');
    await views.flush();
    assert.deepEqual((await counts()).one, { today: 1, week: 2, month: 4, all: 4 });
    clock.advance(24 * DAY);
    assert.deepEqual((await counts()).one, { today: 0, week: 0, month: 1, all: 4 });
    clock.advance(6 * DAY);
    assert.deepEqual((await counts()).one, { today: 0, week: 0, month: 0, all: 4 });
  });

  test('of many articles are saved at once', async (t) => {
    const { views, db, clock } = await openTestApp(t);
    for (let n = 0; n < 2500; n++) views.add(`/articles/story-${n}/`);
    await views.flush();
    await views.flush();
    assert.deepEqual([...(await viewsNow(db, clock)).values()].filter(({ all }) => all === 1).length, 2500);
  });

  test('that cannot be saved wait for the next time, and those counted meanwhile are added', async (t) => {
    const { views, db, clock, lines } = await openTestApp(t);
    views.add(PATH);
    await db.schema.alterTable('article_view_total').renameTo('away').execute();
    await views.flush();
    await db.schema.alterTable('away').renameTo('article_view_total').execute();
    assert.deepEqual(await viewsNow(db, clock), new Map(), 'half of a save is none');
    assert.equal(lines.filter(({ event }) => event === 'views.unsaved').length, 1);
    views.add(PATH);
    await views.flush();
    await views.flush();
    assert.equal((await viewsNow(db, clock)).get(SLUG)?.all, 2);
  });

  test('are saved when the process ends in order', async (t) => {
    const app = await openTestApp(t);
    app.views.add(PATH);
    await closeApp(app);
    const again = await openApp(app.config, { log: memoryLog([]) });
    t.after(() => closeApp(again));
    assert.equal((await viewsNow(again.db, app.clock)).get(SLUG)?.all, 1);
  });

  test('of two processes add up', async (t) => {
    const app = await openTestApp(t);
    const other = await openApp(app.config, { log: memoryLog([]), clock: app.clock });
    t.after(() => closeApp(other));
    for (let n = 0; n < 50; n++) {
      app.views.add(PATH);
      other.views.add(PATH);
      await Promise.all([app.views.flush(), other.views.flush()]);
    }
    assert.deepEqual((await viewsNow(app.db, app.clock)).get(SLUG), {
      today: 100,
      week: 100,
      month: 100,
      all: 100,
    });
  });
});

describe('a reader', () => {
  test('is whoever comes with a browser, on a desk, a telephone or a terminal', () => {
    for (const name of [
      FIREFOX,
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]',
      'Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/191.308; U; en) Presto/2.5.25 Version/10.54',
      'Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.0.13',
      'w3m/0.5.3+git20230121',
    ])
      assert.equal(isReader({ 'user-agent': name }), true, name);
  });

  test('is no robot, preview, feed reader, library or watcher, nor who gives no name', () => {
    for (const name of [
      '',
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36',
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
      'Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)',
      'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36',
      'Mozilla/5.0 (Linux; Android 11; moto g power) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse',
      'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
      'Mozilla/5.0 (compatible; Miniflux/2.2.4; +https://miniflux.app)',
      'Mozilla/5.0 zgrab/0.x',
      'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
      'Twitterbot/1.0',
      'WhatsApp/2.23.20.0',
      'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
      'http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)',
      'Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)',
      'NetNewsWire (RSS Reader; https://netnewswire.com/)',
      'FreshRSS/1.24.3 (Linux; https://freshrss.org)',
      'curl/8.5.0',
      'Wget/1.21.4',
      'python-requests/2.32.3',
      'Go-http-client/2.0',
      'node',
      'okhttp/4.12.0',
    ])
      assert.equal(isReader({ 'user-agent': name }), false, name);
    assert.equal(isReader({}), false);
  });

  test('is no browser that loads a page before anybody asks for it', () => {
    for (const [header, value] of [
      ['sec-purpose', 'prefetch'],
      ['sec-purpose', 'prefetch;prerender'],
      ['purpose', 'prefetch'],
      ['x-purpose', 'preview'],
      ['x-moz', 'prefetch'],
    ] as const)
      assert.equal(isReader({ 'user-agent': FIREFOX, [header]: value }), false, `${header}: ${value}`);
  });
});

test('on a served site each look of a reader at an article counts, rendered, from memory or unchanged, and nothing else', async (t) => {
  const first = await look(PATH);
  assert.equal((await look(PATH)).status, 200);
  const etag =
    first.headers.get('etag') ?? (await look('/articles/recovery-codes/')).headers.get('etag') ?? '';
  const unchanged = await look(PATH, { 'if-none-match': etag });
  assert.equal(unchanged.status, 304);
  assert.equal(first.headers.get('set-cookie'), null);
  await look(`${PATH}?utm_source=mail`);
  for (const path of [
    '/',
    '/articles/',
    '/articles/never-written/',
    '/articles/passkeys-explained',
    `${PATH}comments.xml`,
  ])
    await look(path);
  await look(PATH, {}, 'HEAD');
  await look(PATH, { 'user-agent': 'curl/8.5.0' });
  await look(PATH, { 'sec-purpose': 'prefetch' });
  await look(PATH, { cookie: 'watchpost-desk=somebody' });
  await site.stop();
  assert.deepEqual(await saved(t), [`${SLUG} 4`]);
});

test('kill -9 loses what was not saved yet, and nothing of before', async (t) => {
  await site.start();
  await look(PATH);
  await site.stop('SIGKILL');
  assert.deepEqual(await saved(t), [`${SLUG} 4`]);
});
