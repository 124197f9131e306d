import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '#core/platform/config.ts';

/** What a domain of the core may import besides itself. */
const BELOW: Record<string, readonly string[]> = {
  platform: [],
  mail: ['platform'],
  spam: ['platform'],
  articles: ['platform'],
  comments: ['platform', 'mail', 'spam', 'articles', 'subscribers'],
  subscribers: ['platform', 'mail', 'spam', 'articles'],
  editions: ['platform', 'mail', 'spam', 'articles', 'subscribers'],
  desk: ['platform', 'mail', 'spam', 'articles'],
  transfer: ['platform', 'mail', 'spam', 'articles', 'subscribers'],
  upkeep: ['platform', 'mail', 'articles', 'editions', 'desk'],
};
// What the desk shows first is gathered from all of them.
BELOW.today = Object.keys(BELOW);
// What the desk's pictures and lists are made of is counted from these.
BELOW.figures = ['platform', 'articles', 'comments', 'editions'];
BELOW['edition-sender.ts'] = Object.keys(BELOW);
BELOW['app.ts'] = Object.keys(BELOW);

/** Statements outside a `-rows.ts` file, each with the reason why it stands there. */
const SQL_ELSEWHERE: Record<string, string> = {
  'src/core/articles/search/search-index.ts':
    'full-text search, on SQLite in a file of its own whatever the database is',
  'src/core/desk/sessions.ts': 'sessions are nothing but their rows',
  'src/core/platform/db.ts': 'opens the database',
  'src/core/platform/page-changes.ts': 'page changes are nothing but their rows',
  'src/core/platform/prepared.ts': 'keeps statements compiled',
  'src/core/platform/small-disk.ts': 'fills up a file for drills, with what only that file has',
  'src/core/platform/sqlite-file.ts': 'copies a whole file, and holds one against others',
  'src/core/platform/sqlite-dialect.ts': 'waits for the write lock, and shares the flush to disk',
  'src/core/platform/settings.ts': 'settings are nothing but their rows',
};

/** Everything that holds a SafeHtml value where it is handed to `set:html`. */
const SAFE_HTML = [
  'html',
  'library.html(page)',
  'library.html(article)',
  'library.html(author)',
  'note',
  'comment.html',
  'above.html',
  'answered.html',
  'pinned.html',
  'preview', // what commentHtml made of the form's text
  'introduction', // what renderMarkdown made of the editor's text
  'letter', // and of a letter's
  'jsonForHtml(data)',
  'hit.title',
  'hit.excerpt',
];

const files = ['src', 'db', 'tests']
  .flatMap((folder) =>
    readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`,
    ),
  )
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => /\.(?:ts|mjs|astro)$/.test(name) && !name.startsWith('db/data/'))
  .map((name) => ({ name, source: readFileSync(path.join(projectRoot, name), 'utf8') }));
const core = files.filter(({ name }) => name.startsWith('src/core/'));
const aboveCore = files.filter(({ name }) => name.startsWith('src/') && !name.startsWith('src/core/'));

test('the domains of the core import one way', () => {
  const wrong = core.flatMap(({ name, source }) => {
    const domain = domainOf(name);
    return importsOf(name, source)
      .filter((imported) => imported.startsWith('src/core/'))
      .filter((imported) => domainOf(imported) !== domain && !BELOW[domain]?.includes(domainOf(imported)))
      .map((imported) => `${name} imports ${imported}`);
  });
  assert.deepEqual(wrong, []);
});

test('the core knows no Astro and nothing of those who use it', () => {
  const wrong = core.flatMap(({ name, source }) =>
    importsOf(name, source)
      .filter((imported) => /^(?:@?astro(?:js)?(?:[/:]|$)|tests\/|src\/(?!core\/))/.test(imported))
      .map((imported) => `${name} imports ${imported}`),
  );
  assert.deepEqual(wrong, []);
});

test('the tables are known to the core, its command to migrate, and tests alone', () => {
  const users = files.filter(({ name, source }) =>
    importsOf(name, source).some((imported) => imported.startsWith('db/')),
  );
  const wrong = users
    .map(({ name }) => name)
    .filter((name) => !/^(?:src\/core|db|tests)\/|^src\/cli\/migrate\.ts$/.test(name));
  assert.deepEqual(wrong, []);
});

test('there is no SQL above the core', () => {
  const wrong = aboveCore.filter(({ name, source }) => hasSql(name, source)).map(({ name }) => name);
  assert.deepEqual(wrong, []);
});

test('SQL stands in files of rows, or where this test says why not', () => {
  const found = core
    .filter(({ name, source }) => !name.endsWith('-rows.ts') && hasSql(name, source))
    .map(({ name }) => name);
  assert.deepEqual(found.sort(), Object.keys(SQL_ELSEWHERE).sort());
});

test('statements are never put together from text', () => {
  const sources = files.filter(({ name }) => !name.startsWith('tests/'));
  const wrong = sources.filter(({ source }) => /\bsql\.(?:raw|lit)\b/.test(source)).map(({ name }) => name);
  assert.deepEqual(wrong, []);
});

test('pages are handed as HTML only what a sanitizer or renderer of ours has made', () => {
  const given = files.flatMap(({ name, source }) =>
    [...source.matchAll(/set:html=(\{[^}]*\}|\S+)/g)].map(([, value = '']) => ({ name, value })),
  );
  const pages = given.filter(({ name }) => name.endsWith('.astro'));
  assert.notEqual(pages.length, 0);
  assert.deepEqual(
    pages.filter(({ value }) => !SAFE_HTML.includes(value.slice(1, -1))),
    [],
  );
});

test('only the renderers call a text safe HTML', () => {
  const markers = files
    .filter(({ name, source }) => name.startsWith('src/') && /\bas SafeHtml\b|\basSafeHtml\(/.test(source))
    .map(({ name }) => name);
  assert.deepEqual(markers.sort(), SAFE_HTML_MADE.sort());
});

/** Rendered and sanitized here, or read back from the column that holds what was. */
const SAFE_HTML_MADE = [
  'src/core/articles/feed-html.ts',
  'src/core/articles/markdown.ts',
  'src/core/articles/pictures/picture-html.ts',
  'src/core/articles/rendered-texts.ts',
  'src/core/articles/search/marks.ts',
  'src/core/comments/markup/comment-markup.ts',
  'src/core/editions/edition-html.ts',
  'src/core/editions/markdown-letter.ts',
  'src/core/editions/story-html.ts',
  'src/core/mail/letter-layout.ts',
  'src/core/platform/safe-html.ts',
];

/** What a file imports, static or not: modules of ours as paths from the root, others by their name. */
function importsOf(name: string, source: string): string[] {
  const specifiers = [...source.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g)].map(
    (match) => match[2] ?? '',
  );
  return specifiers.map((specifier) => {
    if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(name), specifier);
    return specifier.replace(/^#(core|server)\//, 'src/$1/').replace(/^#db\//, 'db/');
  });
}

function domainOf(name: string): string {
  return name.split('/')[2] ?? '';
}

/** An import that brings a driver, a statement begun, or the tag of one. */
function hasSql(name: string, source: string): boolean {
  const isDriver = (imported: string) => /^(?:kysely|better-sqlite3|pg)(?:\/|$)|^node:sqlite$/.test(imported);
  const statement =
    /\.(?:selectFrom|insertInto|updateTable|deleteFrom|selectNoFrom|mergeInto)\(|\bsql(?:<[^>]*>)?`/;
  return importsOf(name, source).some(isDriver) || statement.test(source);
}
