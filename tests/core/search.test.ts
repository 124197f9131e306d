import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { LibraryIndex } from '#core/articles/search/library-index.ts';
import { readQuery } from '#core/articles/search/query.ts';
import { type SearchResults, search } from '#core/articles/search/search.ts';
import { openTestApp, type TestApp, writeArticle } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

type Articles = Record<string, Record<string, unknown>>;

/** An app whose index follows these articles, and has taken them in. */
async function searchable(t: TestContext, articles: Articles, site = ''): Promise<TestApp> {
  const app = await openTestApp(t);
  for (const [slug, fields] of Object.entries(articles)) writeArticle(app.config.contentDir, slug, fields);
  if (site) writeFileSync(path.join(app.config.contentDir, 'site.yaml'), site);
  app.library.watch((tags) => app.index.hear(tags));
  app.index.follow();
  await indexed(app);
  return app;
}

async function indexed(app: Pick<TestApp, 'index' | 'library'>): Promise<void> {
  const { length } = app.library.articles();
  await until(() => app.index.ask(({ size }) => size) === length, 'every article in the index');
}

function found(app: TestApp, typed: string, page?: number): SearchResults {
  const results = search(app, typed, page);
  assert.ok(results, `search answers ${JSON.stringify(typed)}`);
  return results;
}

const slugs = (app: TestApp, typed: string) => found(app, typed).hits.map(({ article }) => article.slug);

describe('a search', () => {
  test('finds words of title, dek, topics, author and text, whatever their case and accents', async (t) => {
    const app = await searchable(
      t,
      {
        title: { title: 'The Café breach' },
        dek: { dek: 'What a BREAKFAST bar lost' },
        topic: { topics: ['incident-response'] },
        text: { body: 'Someone *walked* in at `noon`.' },
        facts: {
          affected: ['Mail Room 4'],
          actions: ['Unplug it'],
          updates: [{ at: '2026-11-23', text: 'Mended.' }],
        },
      },
      'topics: [{ id: incident-response, name: After the fact }]\n',
    );
    for (const [typed, slug] of [
      ['cafe', 'title'],
      ['CAFÉ', 'title'],
      ['cafe\u0301', 'title'],
      ['breakfast', 'dek'],
      ['incident response', 'topic'],
      ['"after the fact"', 'topic'],
      ['walked noon', 'text'],
      ['mail room', 'facts'],
      ['unplug', 'facts'],
      ['mended', 'facts'],
    ] as const)
      assert.deepEqual(slugs(app, typed), [slug], typed);
    assert.equal(slugs(app, 'desk').length, 5, 'by its author');
  });

  test('sees what readers see: no marks, addresses or comments of the text', async (t) => {
    const app = await searchable(t, {
      news: {
        body: 'A [link](https://hidden.example/) ![a lamp](./lit.png) <!-- unseen --> **bo**ld[^1].\n\n[^1]: Foot.',
      },
    });
    for (const typed of ['link', 'lamp', 'bold', 'foot'])
      assert.deepEqual(slugs(app, typed), ['news'], typed);
    for (const typed of ['hidden', 'lit', 'unseen', 'png']) assert.deepEqual(slugs(app, typed), [], typed);
  });

  test('takes the last word for the beginning of one, and any with a star', async (t) => {
    const app = await searchable(t, { news: { title: 'Ransomware in hospitals' } });
    for (const typed of ['r', 'ransom', 'ransomware hosp', 'rans* hosp', 'ransomware hospitals'])
      assert.deepEqual(slugs(app, typed), ['news'], typed);
    for (const typed of ['ransom hospitals', '"ransom"', 'ransomwares'])
      assert.deepEqual(slugs(app, typed), [], typed);
  });

  test('holds a phrase together, and leaves out what stands behind a hyphen', async (t) => {
    const app = await searchable(t, {
      phrase: { body: 'A second factor is asked for.' },
      apart: { body: 'A factor, the second.' },
    });
    assert.deepEqual(slugs(app, '"second factor"'), ['phrase']);
    assert.deepEqual(slugs(app, '“second factor”'), ['phrase']);
    assert.deepEqual(slugs(app, '"second factor'), ['phrase'], 'not closed');
    assert.deepEqual(slugs(app, 'second-factor'), ['phrase']);
    assert.deepEqual(slugs(app, 'factor -asked'), ['apart']);
    assert.deepEqual(slugs(app, 'factor -"second factor"'), ['apart']);
    assert.deepEqual(slugs(app, '-asked'), ['phrase'], 'nothing else is looked for');
  });

  test('puts title before dek and topics before text, and of equals the newer first', async (t) => {
    const filler = 'Other words that fill the text. '.repeat(5);
    const app = await searchable(t, {
      body: { body: `${filler} worm` },
      dek: { dek: 'worm', body: filler },
      title: { title: 'worm', body: filler, published: '2020-01-01' },
      older: { body: `${filler} mole`, published: '2024-01-01' },
      newer: { body: `${filler} mole`, published: '2026-01-01' },
      old: { body: `${filler} mole`, published: '2021-01-01' },
    });
    assert.deepEqual(slugs(app, 'worm'), ['title', 'dek', 'body']);
    assert.deepEqual(slugs(app, 'mole'), ['newer', 'older', 'old']);
  });

  test('finds an indicator however it is written in text and query, and shows it defanged', async (t) => {
    const app = await searchable(t, {
      marked: { body: 'It calls :ioc[https://evil.example/gate.php] at night.' },
      written: { body: 'It calls hxxps://evil[.]example/gate[.]php at noon.' },
      spelt: { body: 'It calls evil (dot) example/gate.php at dawn.' },
      listed: { indicators: ['https://evil.example/gate.php'] },
      other: { body: 'It is an evil thing, for example.' },
    });
    const all = ['listed', 'marked', 'spelt', 'written'];
    for (const typed of [
      'evil.example',
      'evil[.]example',
      'evil[dot]example',
      'hxxps://evil[.]example/gate.php',
      'https://evil.example/',
      'hxxp://evil.example/gate',
    ])
      assert.deepEqual(slugs(app, typed).sort(), all, typed);
    const { hits } = found(app, 'evil.example');
    for (const slug of ['marked', 'written', 'listed']) {
      const excerpt = hits.find(({ article }) => article.slug === slug)?.excerpt ?? '';
      assert.match(excerpt, /hxxps:\/\/<mark>evil\[\.\]example<\/mark>\/gate\[\.\]php/);
    }
  });

  test('finds words in scripts that put no space between them', async (t) => {
    const app = await searchable(t, {
      chinese: { title: '安全漏洞', body: '攻击者利用了一个新的漏洞。' },
      japanese: { body: 'データが漏れた。' },
      thai: { body: 'ภาษาไทยง่าย' },
      hindi: { body: 'सुरक्षा समाचार' },
      hebrew: { body: 'פרצת אבטחה' },
    });
    for (const [typed, slug] of [
      ['漏洞', 'chinese'],
      ['新的漏洞', 'chinese'],
      ['データ', 'japanese'],
      ['ไทย', 'thai'],
      ['सुरक्षा', 'hindi'],
      ['אבטחה', 'hebrew'],
    ] as const)
      assert.deepEqual(slugs(app, typed), [slug], typed);
    assert.deepEqual(slugs(app, '洞漏'), [], 'their order counts');
    assert.match(found(app, '漏洞').hits[0]?.title ?? '', /^安全<mark>漏洞<\/mark>$/);
  });

  test('says what is missing where nothing can be looked for, and lists nothing', async (t) => {
    const app = await searchable(t, { news: {} });
    for (const typed of ['', '  ', '😀', '*', '"', '-', '"" -"" **', '\u0000']) {
      const { query, hits, count } = found(app, typed);
      assert.deepEqual([query.terms, hits, count], [[], [], 0], JSON.stringify(typed));
    }
  });

  test('uses so much of a long query, and says that it was cut', async (t) => {
    const app = await searchable(t, { news: { title: 'Short news' } });
    const { query, count } = found(app, `news ${'x'.repeat(10_000)}`);
    assert.deepEqual([query.isCut, query.typed.length, count], [true, 10_005, 0]);
    assert.equal(readQuery('one two three four five six seven eight').isCut, false);
    assert.equal(readQuery('one two three four five six seven eight nine').isCut, true);
    assert.equal(readQuery(`"${'one '.repeat(17)}"`).isCut, true);
    assert.equal(readQuery('x'.repeat(200)).isCut, false);
    assert.equal(readQuery(`${'x'.repeat(199)}😀`).typed, `${'x'.repeat(199)}😀`, 'not through a character');
  });

  test('guesses what a mistyped word was meant to be, where the guess finds something', async (t) => {
    const app = await searchable(t, { news: { title: 'Ransomware and phishing', topics: ['cloud'] } });
    for (const [typed, suggestion] of [
      ['phsihing', 'phishing'],
      ['ransmoware', 'ransomware'],
      ['Ransomwear phishing', 'ransomware phishing'],
      ['clod', 'cloud'],
      ['xyzzy', undefined],
      ['phsihing xyzzy', undefined],
      ['phishing', undefined],
    ] as const)
      assert.equal(found(app, typed).suggestion, suggestion, typed);
  });

  test('lists the results in pages, each article once', async (t) => {
    const articles = Array.from({ length: 25 }, (_, n) => [
      `news-${n}`,
      { title: 'News', published: `2026-10-0${1 + (n % 9)}` },
    ]);
    const app = await searchable(t, Object.fromEntries(articles));
    const { count, pages, isMore } = found(app, 'news');
    assert.deepEqual([count, pages, isMore], [25, 3, false]);
    const all = [1, 2, 3].flatMap((page) => found(app, 'news', page).hits.map(({ article }) => article.slug));
    assert.deepEqual(new Set(all), new Set(articles.map(([slug]) => slug)));
    assert.equal(all.length, 25);
    assert.deepEqual(found(app, 'news', 4).hits, []);
  });
});

describe('an excerpt', () => {
  const excerptOf = (app: TestApp, typed: string) => found(app, typed).hits[0]?.excerpt ?? '';

  test('is the part in which most of what was looked for stands, marked, the rest escaped', async (t) => {
    const app = await searchable(t, {
      news: {
        body: `A worm. ${'Much else is said here. '.repeat(30)}The <b>&lt;worm&gt;</b> "ate" a mole & left. ${'More of it. '.repeat(30)}`,
      },
    });
    const excerpt = excerptOf(app, 'worm mole');
    assert.match(
      excerpt,
      /^… .* The &lt;<mark>worm<\/mark>&gt; &quot;ate&quot; a <mark>mole<\/mark> &amp; left\. .* …$/,
    );
    assert.ok(excerpt.replace(/<[^>]*>/g, '').length < 320);
    assert.doesNotMatch(excerptOf(app, 'wor'), /^…/, 'the first of equals');
  });

  test('marks whole words, phrases as one, beginnings to the end of their word', async (t) => {
    const app = await searchable(t, {
      news: { body: 'Phish, phishing; a pre-phish. The second, "factor"; naïve. 使用Windows系统' },
    });
    assert.match(excerptOf(app, '"phish"'), /^<mark>Phish<\/mark>, phishing; a pre-<mark>phish<\/mark>\./);
    assert.match(
      excerptOf(app, 'phis'),
      /^<mark>Phish<\/mark>, <mark>phishing<\/mark>; a pre-<mark>phish<\/mark>/,
    );
    assert.match(excerptOf(app, '"second factor"'), /The <mark>second, &quot;factor<\/mark>&quot;;/);
    assert.match(excerptOf(app, 'windows'), /使用<mark>Windows<\/mark>系统/);
    assert.match(excerptOf(app, 'naive'), /<mark>naïve<\/mark>/);
  });

  test('is the beginning where only the title has it', async (t) => {
    const app = await searchable(t, { news: { title: 'Worm', dek: 'The dek.', body: 'The text.' } });
    assert.deepEqual(
      [found(app, 'worm').hits[0]?.title, excerptOf(app, 'worm')],
      ['<mark>Worm</mark>', 'The dek. The text.'],
    );
  });
});

describe('hostile queries', () => {
  // biome-ignore format: one query a line would be longer than all the tests of them
  const HOSTILE = [
    'NEAR(a b, 3)', 'a AND', 'OR', 'NOT', 'a NOT b', 'title: x', '{title body}: x', '- title : x', '^a', 'a^', 'a + b', '+',
    '"', '"""', "'", '";drop table words;--', '(', '((((', ')', 'a*b*c', '**', '* *', '\\', '%00', '\u0000', 'a\u0000b', '\ud800',
    'x'.repeat(10_000), '"a" '.repeat(2_500), 'a '.repeat(5_000), '-a '.repeat(3_000), '"'.repeat(9_999), '('.repeat(10_000),
    `${'a'.repeat(199)}😀`, '😀'.repeat(200), '漏'.repeat(500), '\u202e\u200f', 'مرحبا "שלום', '\u0301\u0301', '𞤀𞤣', 'ﷺ', '\ufdfa'.repeat(200),
    'words', 'rank', 'rowid:1', 'constructor', '__proto__', '$& $1', '<script>alert(1)</script>', '\r\nSet-Cookie: a=b',
  ];

  test('are answered like any other, and kept as they were typed', async (t) => {
    const app = await searchable(t, { news: { title: 'A near title', body: 'x a b' } });
    for (const typed of HOSTILE) {
      const { query } = found(app, typed);
      assert.equal(
        query.typed,
        typed
          .toWellFormed()
          .replace(/\p{Cc}+/gu, ' ')
          .trim(),
      );
    }
    assert.deepEqual(
      app.lines.filter(({ event }) => event.startsWith('search')),
      [],
    );
    assert.deepEqual(slugs(app, 'near'), ['news'], 'nothing was harmed');
  });

  const corpus = new URL('../../../shared/corpora/naughty-strings/blns.json', import.meta.url);
  test('of the list of naughty strings too', {
    skip: existsSync(corpus) ? false : 'skipped: the list is not here',
  }, async (t) => {
    const app = await searchable(t, { news: {} });
    for (const typed of JSON.parse(readFileSync(corpus, 'utf8')) as string[])
      assert.equal(
        found(app, typed).query.typed,
        typed
          .toWellFormed()
          .replace(/\p{Cc}+/gu, ' ')
          .trim(),
      );
    assert.deepEqual(
      app.lines.filter(({ event }) => event.startsWith('search')),
      [],
    );
  });
});

describe('the index', () => {
  const fileOf = (app: TestApp) => path.join(app.config.dataDir, 'search.db');
  const another = (t: TestContext, app: TestApp) => {
    const index = new LibraryIndex({ dataDir: app.config.dataDir, library: app.library, log: app.log });
    t.after(() => index.close());
    return index;
  };

  test('follows the files: saved, changed, removed, and topics that get another name', async (t) => {
    const app = await searchable(t, { news: { title: 'First', topics: ['cloud'] } });
    const becomes = (typed: string, expected: string[]) =>
      until(
        () => slugs(app, typed).join() === expected.join(),
        `${typed} finds ${expected.join(', ') || 'nothing'}`,
      );
    writeArticle(app.config.contentDir, 'second', { title: 'Second' });
    await becomes('second', ['second']);
    writeArticle(app.config.contentDir, 'news', { title: 'Changed', topics: ['cloud'] });
    await becomes('changed', ['news']);
    assert.deepEqual(slugs(app, 'first'), []);
    writeFileSync(path.join(app.config.contentDir, 'site.yaml'), 'topics: [{ id: cloud, name: Vapour }]\n');
    await becomes('vapour', ['news']);
    rmSync(path.join(app.config.contentDir, 'articles/news.md'));
    await becomes('changed', []);
  });

  test('holds neither drafts nor what is yet to come, until its time comes', async (t) => {
    const app = await searchable(t, {
      news: { title: 'Word' },
      draft: { title: 'Word', draft: true },
      later: { title: 'Word', published: '2026-11-24T09:00:00.050Z' },
    });
    assert.deepEqual(slugs(app, 'word'), ['news']);
    assert.deepEqual(
      app.index.ask((index) => index.slugs),
      ['news'],
      'not even in the file',
    );
    app.clock.advance(50);
    await until(() => slugs(app, 'word').length === 2, 'the second article found');
    assert.deepEqual(slugs(app, 'word'), ['later', 'news']);
  });

  test('does not show an article that has gone, even before it hears of that', async (t) => {
    const app = await searchable(t, { news: { title: 'Word' }, stays: { title: 'Word' } });
    app.index.hear = () => {}; // as if it came late
    rmSync(path.join(app.config.contentDir, 'articles/news.md'));
    app.library.reload();
    assert.deepEqual(slugs(app, 'word'), ['stays']);
    assert.equal(
      app.index.ask(({ size }) => size),
      2,
    );
  });

  test('takes in only what changed since it was last open', async (t) => {
    const app = await searchable(t, {
      one: { title: 'One' },
      two: { title: 'Two' },
      three: { title: 'Three' },
    });
    const rows = () => {
      const db = new Database(fileOf(app), { readonly: true });
      const all = db.prepare('select id, slug, stamp from article order by slug').all() as { slug: string }[];
      db.close();
      return Object.fromEntries(all.map((row) => [row.slug, JSON.stringify(row)]));
    };
    const before = rows();
    await app.index.close();
    writeArticle(app.config.contentDir, 'two', { title: 'Two and more' });
    rmSync(path.join(app.config.contentDir, 'articles/three.md'));
    app.library.reload();
    const index = another(t, app);
    index.follow();
    await until(() => index.ask(({ size }) => size) === 2, 'the removed article dropped');
    const after = rows();
    assert.equal(after.one, before.one);
    assert.notEqual(after.two, before.two);
  });

  for (const [name, damage] of Object.entries<(file: string) => void>({
    'is no index at all': (file) => writeFileSync(file, 'Not a database. '.repeat(1000)),
    'is cut short': (file) => truncateSync(file, 5000),
    'is empty': (file) => writeFileSync(file, ''),
    'is missing': (file) => rmSync(file),
    'is of another version': (file) => {
      const db = new Database(file);
      db.pragma('user_version = 9999');
      db.close();
    },
    'holds other tables': (file) => {
      rmSync(file);
      new Database(file).exec('create table article (x)').close();
    },
  })) {
    test(`is made anew where its file ${name}`, async (t) => {
      const app = await searchable(t, { news: { title: 'Word' } });
      await app.index.close();
      damage(fileOf(app));
      app.index = another(t, app);
      app.index.follow();
      await indexed(app);
      assert.deepEqual(slugs(app, 'word'), ['news']);
    });
  }

  test('is made anew when a query finds it damaged, and answers again by itself', async (t) => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `news-${n}`,
        { title: 'Word', body: `word ${'more '.repeat(500)}` },
      ]),
    );
    const app = await searchable(t, many);
    await app.index.close();
    const file = openSync(fileOf(app), 'r+');
    for (let page = 8; page < 40; page++) writeSync(file, Buffer.alloc(4096, page), 0, 4096, page * 4096);
    app.index = another(t, app);
    app.index.follow();
    await until(() => search(app, 'word')?.count === 60, 'every article found again');
  });

  test('that cannot be opened leaves the site without search, and the log says it once', async (t) => {
    const app = await openTestApp(t);
    writeArticle(app.config.contentDir, 'news');
    mkdirSync(fileOf(app));
    app.library.watch((tags) => app.index.hear(tags));
    app.index.follow();
    await until(() => app.lines.some(({ event }) => event === 'search.failed'), 'the log says so');
    assert.equal(search(app, 'title'), undefined);
    assert.equal(app.lines.filter(({ event }) => event === 'search.failed').length, 1);
  });

  test('is written by two processes at once without harm', async (t) => {
    const many = Object.fromEntries(
      Array.from({ length: 80 }, (_, n) => [`news-${n}`, { body: 'word '.repeat(100) }]),
    );
    const app = await openTestApp(t);
    for (const [slug, fields] of Object.entries(many)) writeArticle(app.config.contentDir, slug, fields);
    app.library.reload();
    const both = [another(t, app), another(t, app)];
    for (const index of both) index.follow();
    for (const index of both) await indexed({ index, library: app.library });
    for (const index of both) await index.close();
    const db = new Database(fileOf(app));
    assert.deepEqual(db.pragma('integrity_check', { simple: true }), 'ok');
    db.exec("insert into words (words) values ('integrity-check')");
    assert.equal(db.prepare(`select count(*) from words where words match '"word"'`).pluck().get(), 80);
    db.close();
  });

  test('says while articles wait for it that results may be missing', async (t) => {
    const app = await searchable(t, { news: { title: 'Word' } });
    assert.equal(found(app, 'word').isPartial, false);
    app.index.hear = () => {};
    writeArticle(app.config.contentDir, 'second', { title: 'Word' });
    app.library.reload();
    assert.equal(found(app, 'word').isPartial, true);
  });
});
