import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { previewedArticle, previewPath } from '#core/articles/preview.ts';
import { openTestApp, writeArticle } from '../support/test-app.ts';
import { startSite } from '../support/test-site.ts';

describe('a preview', () => {
  test('is shown to who has its address, and to nobody who guesses', async (t) => {
    const app = await openTestApp(t);
    writeArticle(app.config.contentDir, 'a-draft', { draft: true });
    writeArticle(app.config.contentDir, 'another', { draft: true });
    app.library.reload();
    const [, , , token = ''] = previewPath(app, 'a-draft').split('/');
    assert.equal(token.length, 43);
    assert.equal(previewedArticle(app, 'a-draft', token)?.slug, 'a-draft');
    assert.equal(previewedArticle(app, 'another', token), undefined);
    assert.equal(previewedArticle(app, 'gone', previewPath(app, 'gone').split('/')[3] ?? ''), undefined);
    for (const wrong of ['', 'x', `${token.slice(1)}x`, `${token}x`])
      assert.equal(previewedArticle(app, 'a-draft', wrong), undefined);
  });

  test('shows a draft with its pictures, unindexed and kept by no cache, and leads to the article once it is published', async (t) => {
    const site = await startSite(t);
    writeArticle(site.contentDir, 'secret-plan', {
      draft: true,
      body: 'Hidden words.',
      aliases: ['/old-plan/'],
    });
    const { code, stdout } = await site.command('preview', 'secret-plan');
    assert.equal(code, 0);
    const address = stdout.trim();
    assert.match(address, new RegExp(`^${site.url}/preview/secret-plan/[\\w-]{43}/$`));
    const page = await fetch(address);
    const html = await page.text();
    assert.equal(page.status, 200);
    assert.match(page.headers.get('cache-control') ?? '', /no-store/);
    assert.match(html, /Hidden words\./);
    assert.match(html, /<meta name="robots" content="noindex"/);
    for (const closed of [
      '/articles/secret-plan/',
      '/preview/secret-plan/',
      `/preview/secret-plan/${'x'.repeat(43)}/`,
      '/old-plan/',
    ])
      assert.equal((await fetch(site.url + closed)).status, 404, closed);
    assert.doesNotMatch(await (await fetch(`${site.url}/rss.xml`)).text(), /secret-plan/);
    writeArticle(site.contentDir, 'secret-plan', { body: 'Open words.' });
    await site.command('migrate'); // any command: by its end the saved file has long been seen
    const moved = await fetch(address, { redirect: 'manual' });
    assert.deepEqual([moved.status, moved.headers.get('location')], [302, '/articles/secret-plan/']);
  });

  test('is refused for what there is not, in words', async (t) => {
    const site = await startSite(t);
    const missing = await site.command('preview', 'no-such-thing');
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /There is no sound article "no-such-thing"/);
    assert.equal((await site.command('preview')).code, 2);
  });
});

test('the check exits with 1 and names file and line; with 0 where all is well', async (t) => {
  const site = await startSite(t);
  const good = await site.command('check');
  assert.deepEqual([good.code, good.stderr], [0, '']);
  assert.match(good.stdout, /^\d+ documents are sound\.\n$/);
  writeFileSync(
    path.join(site.contentDir, 'articles/bad.md'),
    '---\ntitle: Bad\npublished: 2026-11-20\n---\nSee [this](/nowhere/).\n',
  );
  const bad = await site.command('check');
  assert.equal(bad.code, 1);
  assert.match(
    bad.stdout,
    /articles\/bad\.md:5: link: \/nowhere\/ leads nowhere\n1 fault in \d+ documents\.\n$/,
  );
});
