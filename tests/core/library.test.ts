import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Library } from '#core/articles/library.ts';
import { renderMarkdown } from '#core/articles/markdown.ts';
import { type LogLine, memoryLog, TestClock, temporaryFolder, writeArticle } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

/** A folder and, once opened, the library of it, whose clock a test turns. */
function shelf(t: TestContext) {
  const dir = temporaryFolder(t);
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  const lines: LogLine[] = [];
  const told: string[] = [];
  mkdirSync(path.join(dir, 'articles'));
  const open = () => {
    const library = new Library({ contentDir: dir, clock, log: memoryLog(lines) });
    t.after(() => library.close());
    return library;
  };
  const watch = () => {
    const library = open();
    library.watch((tags) => told.push(...tags));
    return library;
  };
  const save = (file: string, text: string) => writeFileSync(path.join(dir, file), text);
  return { dir, clock, lines, told, open, watch, save };
}

const titles = (library: Library) => library.articles().map(({ title }) => title);
const slugs = (articles: readonly { slug: string }[]) => articles.map(({ slug }) => slug);

// The look at everything that comes each half minute would find all this as well: too late for news.
describe('a folder that is watched', () => {
  /** A save is seen in a tenth of a second, and a watch that has missed it by the re-scan. */
  const soon = (condition: () => boolean, what?: string) => until(condition, what, 20_000);

  test('shows an article as soon as it is saved, changed, and removed', async (t) => {
    const { dir, told, watch } = shelf(t);
    const library = watch();
    writeArticle(dir, 'news', { title: 'First' });
    await soon(() => titles(library).join() === 'First');
    writeArticle(dir, 'news', { title: 'Second', body: 'Another body.' });
    await soon(() => titles(library).join() === 'Second');
    rmSync(path.join(dir, 'articles/news.md'));
    await soon(() => library.articles().length === 0);
    assert.equal(library.article('news'), undefined);
    assert.deepEqual(new Set(told), new Set(['articles', 'article:news']));
  });

  test('shows an article that an editor replaces by rename, every time', async (t) => {
    const { dir, watch, save } = shelf(t);
    writeArticle(dir, 'news', { title: 'Version 0' });
    const library = watch();
    for (const version of [1, 2, 3]) {
      save(
        'articles/.news.md.part',
        `---\ntitle: Version ${version}\npublished: 2026-11-23\n---\nBody ${version}\n`,
      );
      renameSync(path.join(dir, 'articles/.news.md.part'), path.join(dir, 'articles/news.md'));
      await soon(() => titles(library).join() === `Version ${version}`);
      assert.match(library.html(library.articles()[0] as never), new RegExp(`Body ${version}`));
    }
  });

  test('shows an article in a folder of its own, made after the start', async (t) => {
    const { dir, watch, save } = shelf(t);
    const library = watch();
    mkdirSync(path.join(dir, 'articles/news'));
    save('articles/news/index.md', '---\ntitle: First\npublished: 2026-11-23\n---\n');
    await soon(() => titles(library).join() === 'First');
    save('articles/news/index.md', '---\ntitle: Second one\npublished: 2026-11-23\n---\n');
    await soon(() => titles(library).join() === 'Second one');
    assert.equal(library.folderOf('/articles/news/'), path.join(dir, 'articles/news'));
  });

  test('shows what was saved between the first reading and the watch', async (t) => {
    const { dir, open } = shelf(t);
    const library = open();
    writeArticle(dir, 'meanwhile');
    library.watch(() => {});
    await soon(() => library.articles().length === 1, 'the article on the list');
  });

  test('lets an article go live by itself when its time comes', async (t) => {
    const { dir, clock, told, lines, watch } = shelf(t);
    writeArticle(dir, 'later', { published: '2026-11-24T09:00:00.050Z' });
    const library = watch();
    assert.deepEqual([library.articles(), library.article('later')], [[], undefined]);
    clock.advance(50);
    await soon(() => told.includes('article:later'));
    assert.deepEqual(slugs(library.articles()), ['later']);
    assert.ok(told.includes('articles'));
    assert.deepEqual(
      lines.filter(({ event }) => event === 'article.published').map((line) => line.article),
      ['later'],
    );
  });

  test('keeps the last good version of an article, and its body, while a broken one is there', async (t) => {
    const { dir, lines, watch, save } = shelf(t);
    writeArticle(dir, 'news', { title: 'Good', body: 'Good body.' });
    const library = watch();
    save(
      'articles/news.md',
      '---\ntitle: Broken\npublished: 2026-11-23\nseverity: awful\n---\nBroken body.\n',
    );
    await soon(() => library.problems.length > 0);
    assert.deepEqual(titles(library), ['Good']);
    assert.match(library.html(library.article('news') as never), /Good body/);
    const refused = lines.filter(({ event }) => event === 'content.refused');
    assert.deepEqual(
      refused.map(({ file, line, field }) => [file, line, field]),
      [['articles/news.md', 4, 'severity']],
    );
    assert.match(String(refused[0]?.message), /should be one of low, medium, high, critical/);
    writeArticle(dir, 'news', { title: 'Mended', body: 'Mended body.' });
    await soon(() => titles(library).join() === 'Mended');
    assert.deepEqual(library.problems, []);
  });

  test('keeps the last good version while a text is there that cannot be rendered', async (t) => {
    const { dir, lines, watch } = shelf(t);
    writeArticle(dir, 'news', { title: 'Good', body: 'Good body.' });
    const library = watch();
    writeArticle(dir, 'news', { title: 'Hostile', body: '> '.repeat(2500) });
    await soon(() => library.problems.length > 0);
    assert.deepEqual(titles(library), ['Good']);
    assert.match(library.html(library.article('news') as never), /Good body/);
    const refused = lines.filter(({ event }) => event === 'content.refused');
    assert.deepEqual(
      refused.map(({ file, line, field }) => [file, line, field]),
      [['articles/news.md', 5, 'text']],
    );
    assert.match(String(refused[0]?.message), /nested too deeply/);
  });

  test('shows the second file of one name when the first has gone', async (t) => {
    const { dir, watch, save } = shelf(t);
    writeArticle(dir, 'news', { title: 'The file' });
    const library = watch();
    mkdirSync(path.join(dir, 'articles/news'));
    save('articles/news/index.md', '---\ntitle: The folder\npublished: 2026-11-23\n---\n');
    await soon(() => library.problems.length > 0);
    assert.deepEqual(titles(library), ['The file']);
    assert.deepEqual(
      library.problems.map(({ file, message }) => [file, message]),
      [['articles/news/index.md', 'is taken already by articles/news.md']],
    );
    rmSync(path.join(dir, 'articles/news.md'));
    await soon(() => titles(library).join() === 'The folder', 'the second file shown');
    assert.deepEqual(library.problems, []);
  });
});

describe('what readers can see', () => {
  test('is what is published, newest first, and neither drafts nor what is yet to come', (t) => {
    const { dir, clock, open } = shelf(t);
    writeArticle(dir, 'old', { published: '2026-11-20' });
    writeArticle(dir, 'new', { published: '2026-11-24T10:00:00+01:00' });
    writeArticle(dir, 'future', { published: '2026-11-24T09:00:00.001Z' });
    writeArticle(dir, 'draft', { draft: true });
    const library = open();
    assert.deepEqual(slugs(library.articles()), ['new', 'old']);
    assert.deepEqual([library.article('future'), library.article('draft')], [undefined, undefined]);
    clock.advance(1);
    assert.deepEqual(slugs(library.articles()), ['future', 'new', 'old']);
  });

  test('an old address leads to the article, once it is published', (t) => {
    const { dir, open } = shelf(t);
    writeArticle(dir, 'moved', { aliases: ['/2018/old-name/', '/other'] });
    writeArticle(dir, 'secret', { aliases: ['/leak/'], draft: true });
    const library = open();
    const targets = ['/2018/old-name', '/2018/old-name/', '/other/', '/leak/', '/none/'].map((address) =>
      library.aliasTarget(address),
    );
    assert.deepEqual(targets, [
      '/articles/moved/',
      '/articles/moved/',
      '/articles/moved/',
      undefined,
      undefined,
    ]);
  });

  test('related articles are those the writer chose, else those that share most topics', (t) => {
    const { dir, open } = shelf(t);
    writeArticle(dir, 'one', { topics: ['cloud', 'mobile'] });
    writeArticle(dir, 'both', { topics: ['mobile', 'cloud'], published: '2026-11-01' });
    writeArticle(dir, 'some', { topics: ['cloud'] });
    writeArticle(dir, 'none', { topics: ['fraud'], related: ['draft', 'one', 'missing'] });
    writeArticle(dir, 'draft', { topics: ['cloud', 'mobile'], draft: true });
    const library = open();
    const related = (slug: string) => slugs(library.related(library.article(slug) as never));
    assert.deepEqual([related('one'), related('none')], [['both', 'some'], ['one']]);
  });

  test('topics stand in the order of site.yaml, then by name, each with its articles', (t) => {
    const { dir, open, save } = shelf(t);
    save(
      'site.yaml',
      'topics:\n  - { id: mobile, name: Phones }\n  - { id: empty, name: Empty }\n  - { id: cloud, name: Cloud }\n',
    );
    writeArticle(dir, 'one', { topics: ['zero-days', 'cloud', 'apps'] });
    writeArticle(dir, 'two', { topics: ['mobile', 'cloud'] });
    const topics = open()
      .topics()
      .map(({ name, count }) => [name, count]);
    assert.deepEqual(topics, [
      ['Phones', 1],
      ['Cloud', 2],
      ['Apps', 1],
      ['Zero days', 1],
    ]);
  });
});

describe('a file that is not as it should be', () => {
  test('with a field that nobody knows is shown, and the writer is told', (t) => {
    const { dir, lines, open } = shelf(t);
    writeArticle(dir, 'news', { autor: 'desk' });
    assert.equal(open().articles().length, 1);
    assert.deepEqual(
      lines.map(({ event, file, field }) => [event, file, field]),
      [['content.unknown-field', 'articles/news.md', 'autor']],
    );
  });

  test('is named with its line and field, and the others are shown', (t) => {
    const { dir, open, save } = shelf(t);
    const wrong: Record<string, [text: string, line: number, field: string]> = {
      'no-front.md': ['Just text.\n', 1, 'front matter'],
      'no-title.md': ['---\ndek: x\npublished: 2026-11-23\n---\n', 2, 'title'],
      'no-yaml.md': ['---\ntitle: x\npublished: [\n---\n', 3, 'front matter'],
      'no-date.md': ['---\ntitle: x\n\npublished: soon\n---\n', 4, 'published'],
      'bad-update.md': [
        '---\ntitle: x\npublished: 2026-11-23\nupdates:\n  - at: 2026-11-24\n    text: x\n  - at: never\n    text: x\n---\n',
        7,
        'updates.1.at',
      ],
      'Bad_Name.md': ['---\ntitle: x\npublished: 2026-11-23\n---\n', 1, 'file name'],
    };
    writeArticle(dir, 'good');
    for (const [name, [text]] of Object.entries(wrong)) save(`articles/${name}`, text);
    const library = open();
    assert.deepEqual(slugs(library.articles()), ['good']);
    const found = library.problems.map(({ file, line, field }) => [file, line, field]);
    for (const [name, [, line, field]] of Object.entries(wrong)) {
      assert.deepEqual(
        found.filter(([file]) => file === `articles/${name}`),
        [[`articles/${name}`, line, field]],
      );
    }
  });

  test('with YAML that unfolds into gigabytes is refused, and the others are shown', (t) => {
    const { dir, open, save } = shelf(t);
    const layers = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`,
    );
    save(
      'articles/bomb.md',
      `---\ntitle: Bomb\npublished: 2026-11-23\nl0: &l0 [lol]\n${layers.join('\n')}\n---\n`,
    );
    save('site.yaml', `title: Mine\nl0: &l0 [lol]\n${layers.join('\n')}\n`);
    writeArticle(dir, 'good');
    const library = open();
    assert.deepEqual(slugs(library.articles()), ['good']);
    assert.deepEqual(library.problems.map(({ file }) => file).sort(), ['articles/bomb.md', 'site.yaml']);
  });

  test('with a title of a megabyte is shown like any other', (t) => {
    const { dir, open } = shelf(t);
    const title = 'x'.repeat(1_000_000);
    writeArticle(dir, 'long', { title });
    assert.deepEqual(titles(open()), [title]);
  });
});

describe('Markdown', () => {
  test('can hold no script, in whatever dress', () => {
    const hostile = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) [c](data:text/html,x) [d](//evil.example)',
      '<a href="vbscript:x" onclick="x" style="position:fixed">e</a>',
      '<iframe src="https://evil.example"></iframe><form action="/"><input type="text"><button>x</button></form>',
      '<svg><style><img src=x onerror=alert(1)></style></svg><math><mtext></mtext></math>',
      '<style>body { display: none }</style><link rel="stylesheet" href="/x"><base href="//evil.example">',
      '```js" onmouseover="alert(1)\ncode\n```',
    ];
    const { html } = renderMarkdown(hostile.join('\n\n'));
    assert.doesNotMatch(html, /<(?!\/?(?:p|a|img|pre|code|span)\b)/i);
    assert.doesNotMatch(
      html.replace(/&lt;.*?&gt;/g, ''),
      /<[^>]*\b(?:on\w+|style|javascript|vbscript|data:|evil)/i,
    );
  });

  test('colours code by classes, never by styles, and shows unknown languages as they are', () => {
    const { html } = renderMarkdown('```python\nprint("<b>")\n```\n\n```klingon\n<b>\n```');
    assert.match(html, /<pre><code class="language-python">.*<span class="tok-[\w-]+">.*&lt;b&gt;/s);
    assert.match(html, /<code class="language-klingon">&lt;b&gt;/);
    assert.doesNotMatch(html, /style=|<b>/);
  });

  test('keeps a picture’s address relative to its page, and its words', () => {
    const { html } = renderMarkdown('![A "map"](./map.png "Where")');
    assert.match(
      html,
      /<img src="\.\/map\.png" alt="A &quot;map&quot;" ?\/?><figcaption>Where<\/figcaption>/,
    );
  });
});

describe('a text that cannot be rendered', () => {
  test('and was there at the start is shown as it was written, with a line in the log', (t) => {
    const { dir, lines, open } = shelf(t);
    writeArticle(dir, 'hostile', { body: `A <b>.\n\n${'> '.repeat(2500)}` });
    const library = open();
    assert.match(library.html(library.article('hostile') as never), /^<pre>A &lt;b&gt;\.\n\n&gt; /);
    library.html(library.article('hostile') as never);
    const logged = lines.filter(({ event }) => event === 'content.unrenderable');
    assert.deepEqual(
      logged.map(({ file, line }) => [file, line]),
      [['articles/hostile.md', 5]],
    );
  });
});
