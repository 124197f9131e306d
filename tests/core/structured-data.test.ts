import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { articleData, siteData } from '#core/articles/structured-data.ts';
import { projectRoot } from '#core/platform/config.ts';
import { jsonForHtml } from '#core/platform/safe-html.ts';
import { THEME_COLOUR } from '../../src/components/theme.ts';
import { openTestApp, writeArticle } from '../support/test-app.ts';

async function dataOf(t: TestContext, fields: Record<string, unknown>) {
  const app = await openTestApp(t);
  writeArticle(app.config.contentDir, 'story', { title: 'A gate stands open', ...fields });
  app.library.reload();
  const article = app.library.article('story');
  assert.ok(article);
  return JSON.parse(jsonForHtml(articleData(app, article))) as Record<string, unknown>;
}

test('an article is told as news, with its author, publisher, picture and times', async (t) => {
  assert.deepEqual(await dataOf(t, { dek: 'Shut it.', topics: ['cloud', 'updates'] }), {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    headline: 'A gate stands open',
    description: 'Shut it.',
    image: 'http://watchpost.test/articles/story/share.png',
    datePublished: '2026-11-23T08:00Z',
    dateModified: '2026-11-23T08:00Z',
    author: { '@type': 'Person', name: 'desk', url: 'http://watchpost.test/authors/desk/' },
    publisher: { '@type': 'Organization', name: 'Watchpost', url: 'http://watchpost.test/' },
    mainEntityOfPage: 'http://watchpost.test/articles/story/',
    articleSection: 'Cloud',
    keywords: 'Cloud, Updates',
    isAccessibleForFree: true,
  });
});

test('a story that goes on is a live report, with each update; one that is over is not', async (t) => {
  const long = `${'Every gate of the city '.repeat(8)}stands open. Nobody knows why.`;
  const updates = [
    { at: '2026-11-23T10:00:00Z', text: 'It is shut. We wait.' },
    { at: '2026-11-23T09:00:00Z', text: long },
  ];
  const live = await dataOf(t, { status: 'ongoing', updates });
  assert.deepEqual(live['@type'], ['NewsArticle', 'LiveBlogPosting']);
  assert.equal(live.coverageStartTime, '2026-11-23T08:00Z');
  assert.equal(live.dateModified, '2026-11-23T10:00Z');
  const [newest, first] = live.liveBlogUpdate as Record<string, string>[];
  assert.deepEqual([newest?.headline, newest?.articleBody], ['It is shut.', 'It is shut. We wait.']);
  assert.equal(newest?.datePublished, '2026-11-23T10:00Z');
  assert.equal(newest?.url, 'http://watchpost.test/articles/story/#update-20261123T1000');
  assert.match(first?.headline ?? '', /^Every gate of .* of…$/);
  assert.ok((first?.headline?.length ?? 0) <= 110);
  const over = await dataOf(t, { status: 'resolved', updates });
  assert.deepEqual([over['@type'], over.liveBlogUpdate], ['NewsArticle', undefined]);
});

test('a correction is told, with its date', async (t) => {
  const data = await dataOf(t, { corrections: [{ at: '2026-11-23T12:00:00Z', text: 'It was gate 7.' }] });
  assert.deepEqual(data.correction, [
    { '@type': 'CorrectionComment', text: 'It was gate 7.', datePublished: '2026-11-23T12:00Z' },
  ]);
  assert.equal(data.dateModified, '2026-11-23T12:00Z');
});

test('the site tells how it is searched', async (t) => {
  const app = await openTestApp(t);
  const { potentialAction } = siteData(app) as unknown as {
    potentialAction: { target: { urlTemplate: string } };
  };
  assert.equal(potentialAction.target.urlTemplate, 'http://watchpost.test/search/?q={query}');
});

test('no title ends the element in which the data stands', () => {
  const hostile = '</script><script>alert(1)</script><!-- ]]> \u2028 \uD800';
  const text = jsonForHtml({ headline: hostile });
  assert.doesNotMatch(text, /[<\uD800]/);
  assert.equal((JSON.parse(text) as { headline: string }).headline, hostile);
});

test('a browser’s own bars have the colour of the night', () => {
  const tokens = readFileSync(path.join(projectRoot, 'src/styles/tokens.css'), 'utf8');
  assert.ok(tokens.includes(`--night: ${THEME_COLOUR};`));
});
