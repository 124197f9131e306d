import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { checkContent } from '#core/articles/check/check-content.ts';
import { Library } from '#core/articles/library.ts';
import { copiedContent, memoryLog, TestClock, temporaryFolder } from '../support/test-app.ts';

const SITE = 'topics:\n  - { id: cloud, name: Cloud }\nseries:\n  - { id: basics, name: Basics }\n';
const AUTHOR = '---\nname: The desk\n---\n';

/** Checks a small site, sound but for the files given; `file:line level message` for each finding. */
function findings(t: TestContext, files: Record<string, string>): Promise<string[]> {
  const dir = temporaryFolder(t);
  for (const [file, text] of Object.entries({ 'site.yaml': SITE, 'authors/desk.md': AUTHOR, ...files })) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
  }
  return found(t, dir);
}

async function found(t: TestContext, contentDir: string): Promise<string[]> {
  const library = new Library({
    contentDir,
    clock: new TestClock('2026-11-24T09:00:00Z'),
    log: memoryLog([]),
  });
  t.after(() => library.close());
  const siteUrl = new URL('https://news.example');
  return (await checkContent({ library, siteUrl, contentDir })).map(
    ({ level, file, line, message }) => `${file}:${line} ${level === 'note' ? 'note ' : ''}${message}`,
  );
}

/** Whatever its name says: what it is, its first bytes tell. */
const MAP = '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>';

/** An article whose body begins on line 5. */
const article = (body: string, more = 'dek: About it') =>
  `---\ntitle: A title\npublished: 2026-11-20\n${more}\n---\n${body}\n`;

describe('the check', () => {
  test('passes what the project ships', async (t) => {
    assert.deepEqual(await found(t, copiedContent(t)), []);
  });

  test('names each planted fault with its file and line', async (t) => {
    const faults: Record<string, [text: string, line: number, says: RegExp]> = {
      'dead-link': [article('One.\n\nSee [that](/articles/nowhere/).'), 8, /leads nowhere/],
      'dead-link-by-reference': [article('See [that].\n\n[that]: /nowhere/'), 8, /leads nowhere/],
      'dead-link-in-full': [article('See https://news.example/nowhere/ now.'), 6, /leads nowhere/],
      'dead-anchor': [article('See [that](#h-nothing).\n\n## Something'), 6, /no #h-nothing/],
      'link-to-a-draft': [article('See [that](/articles/a-draft/).'), 6, /draft/],
      'no-words': [article('Text.\n\n![](./map.png)'), 8, /no words/],
      'no-words-for-the-cover': [article('Text.', "image: { src: ./map.png, alt: '' }"), 4, /no words/],
      'no-picture': [article('![A map](./gone.png)'), 6, /gone\.png is not beside/],
      'damaged-picture': [article('![A map](./map.png)'), 6, /map\.png: .*unsupported image format/],
      'picture-of-no-address': [article('![A map](<./50% more.png>)'), 6, /% in its name/],
      'picture-elsewhere': [article('![A map](https://other.example/map.png)'), 6, /another site/],
      'unknown-topic': [article('Text.', 'topics: [cloud,\n  clowd]'), 5, /"clowd" is not in site\.yaml/],
      'unknown-author': [article('Text.', 'author: nobody'), 4, /"nobody".* has no file/],
      'unknown-series': [article('Text.', 'series: advanced'), 4, /"advanced" is not in site\.yaml/],
      'unknown-related': [article('Text.', 'related: [gone]'), 4, /"gone" is no article/],
      'unknown-field': [article('Text.', 'authr: desk'), 4, /note is no field/],
      'to-come': [article('It cost TK dollars.'), 6, /TK/],
      'to-come-in-the-dek': [article('Text.', 'dek: TKTK'), 4, /TK/],
      'lost-note': [article('It cost much.[^1]'), 6, /\[\^1\] refers to a note/],
      'wrong-field': [article('Text.', 'severity: awful'), 4, /should be one of/],
      hostile: [article('> '.repeat(3000)), 6, /nested too deeply/],
    };
    const files = Object.fromEntries(
      Object.entries(faults).map(([id, [text]]) => [`articles/${id}/index.md`, text]),
    );
    const pictures = {
      'articles/no-words/map.png': MAP,
      'articles/no-words-for-the-cover/map.png': MAP,
      'articles/damaged-picture/map.png': 'x',
    };
    const drafted = { 'articles/a-draft.md': article('Still TK.', 'draft: true') };
    const all = await findings(t, { ...files, ...pictures, ...drafted });
    for (const [id, [, line, says]] of Object.entries(faults)) {
      const own = all.filter((finding) => finding.startsWith(`articles/${id}/`));
      assert.equal(own.length, 1, `${id}: ${JSON.stringify(own)}`);
      assert.match(own[0] ?? '', new RegExp(`^articles/${id}/index\\.md:${line} `), id);
      assert.match(own[0] ?? '', says, id);
    }
    assert.deepEqual(
      all.filter((finding) => finding.startsWith('articles/a-draft')),
      ['articles/a-draft.md:6 note has a TK: something is still to come'],
    );
    assert.equal(all.length, Object.keys(faults).length + 1);
  });

  test('finds an indicator that stands live anywhere, whoever named it and however', async (t) => {
    const all = await findings(t, {
      'indicators.txt': '# Ours\nlisted[.]example\n',
      'articles/names.md': article(
        'It came from :ioc[hxxps://evil.example] and :ioc[198.51.100.7], as did :ioc[good.example/bad/page].',
        'indicators: [drop.example, "2001:db8::bad", 0123456789abcdef0123456789abcdef]',
      ),
      'articles/link.md': article('Do not open [this](https://www.evil.example/x).'),
      'articles/bare.md': article('Text.\n\nThe server DROP.EXAMPLE answered.'),
      'articles/address.md': article('Block 198.51.100.7 now.'),
      'articles/address-6.md': article('Block 2001:db8::bad now.'),
      'articles/code.md': article('```\ncurl http://listed.example/x\n```'),
      'articles/dek.md': article('Text.', 'dek: From evil.example with love'),
      'articles/page.md': article('See good.example/bad/page now.'),
      'articles/harmless.md': article(
        'See https://good.example/ and notevil.example, evil[.]example and 1198.51.100.70, 0123456789abcdef0123456789abcdef.',
      ),
    });
    assert.deepEqual(
      all.map((finding) => finding.split(' has the indicator ')[0]),
      [
        'articles/address-6.md:6',
        'articles/address.md:6',
        'articles/bare.md:8',
        'articles/code.md:7',
        'articles/dek.md:4',
        'articles/link.md:6',
        'articles/page.md:6',
      ],
    );
    assert.match(all[5] ?? '', /www\[\.\]evil\[\.\]example live: write it as :ioc/);
  });

  test('reports old addresses in a chain or a loop, claimed twice, or taken', async (t) => {
    const all = await findings(t, {
      'articles/a.md': article('A.', 'aliases: [/old-a/, /articles/a/]'),
      'articles/b.md': article('B.', 'aliases: [/old-b/, /shared/]'),
      'articles/c.md': article('C.', 'aliases: [/shared, /articles/b/]'),
      'articles/d.md': article('D.', 'aliases: [/fine/]'),
    });
    assert.deepEqual(all, [
      'articles/a.md:4 /old-a/ goes round in a loop: /old-a/ → /articles/a/ → /articles/a/',
      'articles/a.md:4 /articles/a/ goes round in a loop: /articles/a/ → /articles/a/',
      'articles/b.md:4 /old-b/ begins a chain: /old-b/ → /articles/b/ → /articles/c/',
      'articles/b.md:4 /shared/ begins a chain: /shared/ → /articles/b/ → /articles/c/',
      'articles/c.md:4 /shared/ begins a chain: /shared/ → /articles/b/ → /articles/c/',
      'articles/c.md:4 /articles/b/ is the address of something that exists, which is shown there',
    ]);
  });

  test('says nothing against what is right', async (t) => {
    const all = await findings(t, {
      'articles/first/index.md': article(
        [
          '## A heading & more',
          'See [second](/articles/second/#h-it-goes), [here](#h-a-heading-more), [all](/articles/), [topic](/topics/cloud/),',
          '[feed](/rss.xml), [author](/authors/desk/), [old](/old-second/), [file](./map.png), [mail](mailto:a@b.example),',
          '[elsewhere](https://other.example/), <https://news.example/about/>, `TK`, stack.tk and ATK.[^n]',
          '',
          '![A map](./map.png "Where")',
          '',
          '[^n]: A note.',
        ].join('\n'),
        'topics: [cloud]\nseries: basics\nrelated: [second]',
      ),
      'articles/first/map.png': MAP,
      'articles/second.md': article('## It goes', 'aliases: [/old-second/]'),
      'pages/about.md': '---\ntitle: About\n---\nText.\n',
    });
    assert.deepEqual(all, [
      'articles/first/index.md:10 note /old-second/ is an old address: write /articles/second/',
    ]);
  });
});
