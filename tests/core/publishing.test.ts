import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plannedEdition } from '#core/editions/make-edition.ts';
import { variantPreviews } from '#core/editions/previews.ts';
import { addReader } from '../support/readers.ts';
import { openTestApp, writeArticle } from '../support/test-app.ts';
import { startSite, type TestSite, until } from '../support/test-site.ts';

const text = async (site: TestSite, address: string) => (await fetch(site.url + address)).text();

describe('what is published', () => {
  test('prints an indicator so that nothing makes a link of it: page, home, feeds and letter', async (t) => {
    const site = await startSite(t);
    const value = ':ioc[https://evil-host.example/a.exe]';
    writeArticle(site.contentDir, 'attack', {
      title: `Attack from ${value}`,
      dek: `Look for ${value}.`,
      published: new Date().toISOString(),
      topics: ['phishing'],
      status: 'ongoing',
      affected: [`Visitors of ${value}`],
      actions: [`Block ${value}.`],
      updates: [{ at: '2026-11-20T08:00:00Z', text: `Now also ${value}.` }],
      corrections: [{ at: '2026-11-21T08:00:00Z', text: `It was ${value}.` }],
      indicators: ['https://evil-host.example/a.exe', 'evil-host[.]example'],
      body: `## From ${value}\n\nIt came from ${value}.[^1]\n\n> [!NOTE] About ${value}\n> See ${value}.\n\n[^1]: Or ${value}.`,
    });
    await until(async () => (await fetch(`${site.url}/articles/attack/`)).ok, 'the article');
    const addresses = [
      '/articles/attack/',
      '/',
      '/articles/',
      '/topics/phishing/',
      '/rss.xml',
      '/topics/phishing/rss.xml',
    ];
    for (const address of addresses) {
      const shown = await text(site, address);
      assert.match(shown, /hxxps:\/\/evil-host\[\.\]example/, address);
      assert.doesNotMatch(shown, /evil-host\.example/, address);
      assert.doesNotMatch(shown, /:ioc\[/, address);
    }
    assert.match(
      await text(site, '/articles/attack/'),
      /<code class="ioc">hxxps:\/\/evil-host\[\.\]example\/a\[\.\]exe<\/code>/,
    );
  });

  test('prints an indicator in a letter so that nothing makes a link of it', async (t) => {
    const app = await openTestApp(t);
    const value = ':ioc[https://evil-host.example/a.exe]';
    writeArticle(app.config.contentDir, 'attack', {
      title: `Attack from ${value}`,
      dek: `Look for ${value}.`,
    });
    app.library.reload();
    await addReader(app, 'reader@example.org');
    const planned = await plannedEdition(app, 'weekly', app.clock.now());
    assert.ok(planned.state === 'made');
    const [letter] = variantPreviews(app, planned.edition, planned.variants);
    assert.ok(letter);
    const { subject, text, html } = letter;
    for (const part of [subject, text, html]) {
      assert.match(part, /hxxps:\/\/evil-host\[\.\]example/);
      assert.doesNotMatch(part, /evil-host\.example|:ioc/);
    }
  });

  test('answers an old address with 301, and nothing where the article is not out', async (t) => {
    const site = await startSite(t);
    writeArticle(site.contentDir, 'moved', { aliases: ['/2019/03/old-name.html', '/old'] });
    writeArticle(site.contentDir, 'later', { aliases: ['/soon/'], published: '2099-01-01' });
    await until(async () => (await fetch(`${site.url}/articles/moved/`)).ok, 'the article');
    for (const old of ['/2019/03/old-name.html', '/old/']) {
      const { status, headers } = await fetch(site.url + old, { redirect: 'manual' });
      assert.deepEqual([status, headers.get('location')], [301, '/articles/moved/'], old);
    }
    assert.equal((await fetch(`${site.url}/old`)).url, `${site.url}/articles/moved/`);
    assert.equal((await fetch(`${site.url}/soon/`, { redirect: 'manual' })).status, 404);
  });
});
