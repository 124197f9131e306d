import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SitemapEntry, sitemap, sitemapEntries, sitemapPart } from '#core/articles/sitemap.ts';
import { openTestApp, writeArticle } from '../support/test-app.ts';

const siteUrl = new URL('https://news.example.org');
const locations = (xml = '') => [...xml.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, url]) => url);

function articles(count: number, url = (n: number) => `https://news.example.org/articles/story-${n}/`) {
  return Array.from(
    { length: count },
    (_, n): SitemapEntry => ({ url: url(n), modified: new Date(n * 60_000).toISOString() }),
  );
}

test('the sitemap names what can be found, and when it last changed', async (t) => {
  const app = await openTestApp(t);
  writeArticle(app.config.contentDir, 'story', {
    topics: ['cloud'],
    series: 'gates',
    published: '2026-11-20',
    corrections: [{ at: '2026-11-22', text: 'Mended.' }],
  });
  writeArticle(app.config.contentDir, 'later', { published: '2027-01-01' });
  writeArticle(app.config.contentDir, 'unready', { draft: true });
  app.library.reload();
  const xml = sitemap(sitemapEntries(app), app.siteUrl);
  assert.deepEqual(
    locations(xml).map((url = '') => new URL(url).pathname),
    [
      '/',
      '/articles/',
      '/topics/',
      '/archive/',
      '/newsletter/',
      '/newsletter/editions/',
      '/security/',
      '/topics/cloud/',
      '/series/gates/',
      '/archive/2026/',
      '/authors/desk/',
      '/articles/story/',
    ],
  );
  assert.match(
    xml,
    /<loc>http:\/\/watchpost\.test\/articles\/story\/<\/loc><lastmod>2026-11-22T00:00:00\.000Z<\/lastmod>/,
  );
  assert.match(
    xml,
    /^<\?xml version="1\.0" encoding="utf-8"\?>\n<urlset xmlns="http:\/\/www\.sitemaps\.org\/schemas\/sitemap\/0\.9">\n/,
  );
});

test('50,000 addresses fit into one file, one more makes an index of two', () => {
  const full = articles(50_000);
  assert.equal(locations(sitemap(full, siteUrl)).length, 50_000);
  assert.equal(sitemapPart(full, 1), undefined);
  const more = articles(50_001);
  const index = sitemap(more, siteUrl);
  assert.match(index, /<sitemapindex /);
  assert.deepEqual(locations(index), [
    'https://news.example.org/sitemap-1.xml',
    'https://news.example.org/sitemap-2.xml',
  ]);
  assert.deepEqual(
    [1, 2, 3].map((number) => locations(sitemapPart(more, number)).length),
    [50_000, 1, 0],
  );
  assert.ok(index.includes(`<lastmod>${more[49_999]?.modified}</lastmod>`), 'the newest of the first file');
});

test('no file is larger than 50 MB, and what is no plain letter is escaped', () => {
  const long = articles(30_000, (n) => `https://news.example.org/?${'x'.repeat(2000)}&n=${n}`);
  const first = sitemapPart(long, 1) ?? '';
  assert.ok(Buffer.byteLength(first) <= 50 * 1024 * 1024);
  assert.equal(locations(first).length + locations(sitemapPart(long, 2)).length, 30_000);
  assert.match(first, /&amp;n=0<\/loc>/);
});
