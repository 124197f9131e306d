import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { feedFaults } from '../support/feed-rules.ts';
import { writeArticle } from '../support/test-app.ts';
import { startSite, until } from '../support/test-site.ts';

const SLUG = 'passkeys-explained';
const FEEDS = {
  '/rss.xml': 'application/rss+xml; charset=utf-8',
  '/atom.xml': 'application/atom+xml; charset=utf-8',
  '/feed.json': 'application/feed+json; charset=utf-8',
  '/topics/cloud/rss.xml': 'application/rss+xml; charset=utf-8',
  '/topics/cloud/atom.xml': 'application/atom+xml; charset=utf-8',
  '/topics/cloud/feed.json': 'application/feed+json; charset=utf-8',
  [`/articles/${SLUG}/comments.xml`]: 'application/atom+xml; charset=utf-8',
};
const KEPT = [
  ...Object.keys(FEEDS),
  '/',
  `/articles/${SLUG}/`,
  '/sitemap.xml',
  '/robots.txt',
  '/manifest.webmanifest',
];

const site = await startSite({ after: after as TestContext['after'] });
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(site.url + path, { headers, method, redirect: 'manual' });

test('what has not changed is not sent again: by its tag, else by its date', async () => {
  for (const path of KEPT) {
    const first = await get(path); // rendered for this request
    const etag = first.headers.get('etag') ?? '';
    const modified = first.headers.get('last-modified') ?? '';
    assert.match(etag, /^W\/"[\w-]{22}"$/, path);
    assert.ok(Date.parse(modified) <= Date.now(), `${path}: ${modified}`);
    const status = async (headers: Record<string, string>) => {
      const answer = await get(path, headers);
      if (answer.status === 304)
        assert.deepEqual([await answer.text(), answer.headers.get('etag')], ['', etag]);
      return answer.status;
    };
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    assert.equal(await status({ 'if-none-match': `"x", ${etag}` }), 304, path);
    assert.equal(await status({ 'if-none-match': etag.slice(2), 'if-modified-since': before }), 304, path);
    assert.equal(await status({ 'if-modified-since': modified }), 304, path);
    assert.equal(await status({ 'if-modified-since': before }), 200, path);
    assert.equal(await status({ 'if-none-match': '"x"', 'if-modified-since': modified }), 200, path);
  }
});

test('HEAD says of a page what GET says, before the page was ever asked for', async () => {
  const path = '/topics/fraud/atom.xml';
  const head = await get(path, {}, 'HEAD');
  const known = ['content-type', 'etag', 'last-modified', 'access-control-allow-origin'];
  assert.deepEqual([head.status, await head.text()], [200, '']);
  const { headers } = await get(path);
  assert.deepEqual(
    known.map((name) => head.headers.get(name)),
    known.map((name) => headers.get(name)),
  );
  assert.ok(headers.get('etag'));
});

test('a feed is of its kind, may be read from any site, and is as old as its newest article', async () => {
  for (const [path, type] of Object.entries(FEEDS)) {
    const { status, headers } = await get(path);
    assert.deepEqual([status, headers.get('content-type')], [200, type], path);
    assert.equal(headers.get('access-control-allow-origin'), '*', path);
    const again = await get(path, { 'if-none-match': headers.get('etag') ?? '' });
    assert.deepEqual([again.status, again.headers.get('access-control-allow-origin')], [304, '*'], path);
  }
  assert.equal((await get('/')).headers.get('access-control-allow-origin'), null);
  const { items } = (await (await get('/feed.json')).json()) as { items: { date_modified: string }[] };
  const newest =
    items
      .map((item) => item.date_modified)
      .sort()
      .at(-1) ?? '';
  assert.equal((await get('/rss.xml')).headers.get('last-modified'), new Date(newest).toUTCString());
});

test('the feeds of the shipped articles are valid, and the same under any unknown query', async () => {
  for (const path of Object.keys(FEEDS).filter((path) => path.endsWith('.xml'))) {
    const text = await (await get(path)).text();
    assert.deepEqual(feedFaults(text), [], path);
    assert.match(
      text,
      new RegExp(`rel="self"[^>]*href="${site.url}${path}"|href="${site.url}${path}" rel="self"`),
    );
    assert.equal(await (await get(`${path}?utm_source=x`)).text(), text);
  }
  for (const path of [
    '/topics/nothing/rss.xml',
    '/topics/nothing/feed.json',
    '/articles/nothing/comments.xml',
    '/sitemap-1.xml',
    '/sitemap-0.xml',
    '/sitemap-x.xml',
  ])
    assert.equal((await get(path)).status, 404, path);
});

test('a feed that changed is a newer version, for who sends a tag and for who sends a date', async () => {
  const before = await get('/rss.xml');
  const etag = before.headers.get('etag') ?? '';
  const modified = before.headers.get('last-modified') ?? '';
  writeArticle(site.contentDir, 'long-ago', { title: 'Written long ago', published: '2026-09-29T08:00:00Z' });
  await until(
    async () => (await get('/rss.xml', { 'if-none-match': etag })).status === 200,
    'the changed feed',
  );
  const since = await get('/rss.xml', { 'if-modified-since': modified });
  assert.deepEqual([since.status, (await since.text()).includes('Written long ago')], [200, true]);
});

test('robots find the sitemap, and researchers where to report', async () => {
  assert.match(
    await (await get('/robots.txt')).text(),
    new RegExp(`^Sitemap: ${site.url}/sitemap\\.xml$`, 'm'),
  );
  assert.match(
    await (await get('/sitemap.xml')).text(),
    new RegExp(`<loc>${site.url}/articles/${SLUG}/</loc>`),
  );
  const old = await get('/security.txt');
  assert.deepEqual([old.status, old.headers.get('location')], [301, '/.well-known/security.txt']);
  const { status, headers } = await get('/.well-known/security.txt');
  assert.deepEqual([status, headers.get('content-type')], [200, 'text/plain; charset=utf-8']);
});

test('the manifest carries the name of the site', async () => {
  const { headers } = await get('/manifest.webmanifest');
  assert.equal(headers.get('content-type'), 'application/manifest+json; charset=utf-8');
  const manifest = (await (await get('/manifest.webmanifest')).json()) as {
    name: string;
    icons: { src: string; type: string }[];
  };
  assert.equal(manifest.name, 'Watchpost');
  for (const { src, type } of manifest.icons)
    assert.equal((await get(src)).headers.get('content-type'), type, src);
});

interface Head {
  metas: Record<string, string[]>;
  links: Record<string, string>[];
  data: Record<string, unknown> | undefined;
}

/** What the head of a page says; metas by name or property. */
async function headOf(path: string): Promise<Head> {
  const document = parse(await (await get(path)).text());
  const html = document.childNodes.find(
    (node) => node.nodeName === 'html',
  ) as DefaultTreeAdapterTypes.Element;
  const head = html.childNodes[0] as DefaultTreeAdapterTypes.Element;
  const found: Head = { metas: {}, links: [], data: undefined };
  for (const node of head.childNodes) {
    if (!('attrs' in node)) continue;
    const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
    const name = attributes.name ?? attributes.property;
    if (node.tagName === 'meta' && name)
      found.metas[name] = [...(found.metas[name] ?? []), attributes.content ?? ''];
    if (node.tagName === 'link') found.links.push(attributes);
    const [text] = node.childNodes;
    if (node.tagName === 'script' && text && 'value' in text) found.data = JSON.parse(text.value);
  }
  return found;
}

test('an article says where it is, what it shows when shared, and how it can be followed', async () => {
  const { metas, links, data } = await headOf(`/articles/${SLUG}/`);
  const url = `${site.url}/articles/${SLUG}/`;
  assert.deepEqual(
    links.filter(({ rel }) => rel === 'canonical').map(({ href }) => href),
    [url],
  );
  const { 'article:tag': tags, ...single } = metas;
  assert.deepEqual(tags, ['Phishing']);
  for (const [name, values] of Object.entries(single)) assert.equal(values.length, 1, `${name} once`);
  const told = [
    'og:url',
    'og:type',
    'og:image',
    'og:locale',
    'twitter:card',
    'article:section',
    'article:published_time',
  ];
  assert.deepEqual(
    told.map((name) => metas[name]?.[0]),
    [
      url,
      'article',
      `${url}share.png`,
      'en_GB',
      'summary_large_image',
      'Authentication',
      '2026-09-01T08:00Z',
    ],
  );
  assert.equal(data?.['@type'], 'NewsArticle');
  const shown = [
    `/articles/${SLUG}/share.png`,
    ...links.filter(({ rel }) => rel?.includes('icon')).map(({ href = '' }) => href),
  ];
  for (const path of shown)
    assert.match((await get(path)).headers.get('content-type') ?? '', /^image\//, path);
  const feeds = links.filter(({ rel }) => rel === 'alternate');
  assert.deepEqual(
    feeds.map(({ href }) => href),
    ['/rss.xml', '/atom.xml', '/feed.json', `/articles/${SLUG}/comments.xml`],
  );
  for (const { href = '', type = '' } of feeds)
    assert.ok((await get(href)).headers.get('content-type')?.startsWith(type), href);
});

test('each kind of page says of itself what is true of it', async () => {
  const home = await headOf('/');
  assert.deepEqual(
    [home.metas['og:type'], home.metas['og:image'], home.data?.['@type']],
    [['website'], [`${site.url}/share.png`], 'WebSite'],
  );
  const topic = await headOf('/topics/cloud/');
  assert.ok(topic.links.some(({ rel, href }) => rel === 'alternate' && href === '/topics/cloud/atom.xml'));
  assert.equal(topic.data, undefined);
  for (const path of ['/nothing/', '/newsletter/check-your-mail/', '/comments/unknown/']) {
    const { metas, links, data } = await headOf(path);
    assert.deepEqual([metas.robots, metas['og:title'], data], [['noindex'], undefined, undefined], path);
    assert.ok(!links.some(({ rel }) => rel === 'canonical'), path);
  }
});
