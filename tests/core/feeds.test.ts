import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import Ajv from 'ajv-draft-04';
import { articleFeed } from '#core/articles/article-feed.ts';
import type { FeedFile } from '#core/articles/feed.ts';
import type { PublishedComment } from '#core/comments/comment.ts';
import { commentsFeed, FEED_LENGTH } from '#core/comments/comments-feed.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { commentHtml } from '#core/comments/markup/comment-markup.ts';
import { type FeedFault, feedFaults } from '../support/feed-rules.ts';
import { insertPublished } from '../support/published-comment.ts';
import { openTestApp, writeArticle } from '../support/test-app.ts';

const CORPUS = new URL('../../../shared/corpora/feeds/', import.meta.url);
const skip = existsSync(CORPUS) ? false : 'skipped: ../shared/corpora/feeds is not here';
const XML_FEEDS = ['rss.xml', 'atom.xml'] as const;
const LONG = 'Wörter aus 日本 und עברית '.repeat(200);
const HOSTILE = [
  'Tom & <b>"Jerry"</b> isn’t done ]]> yet',
  'What &amp; and &#60; mean in HTML',
  '<script>alert(1)</script></title></item>',
  'Controls \u0000\u0008\u000B\u001F\u007F\u0085 and \uFFFE\uFFFF and a half \uD800 pair',
  '🔥👩‍🚒 عاجل: اختراق \u202E txt.exe',
  LONG.slice(0, 5000),
];

/** The feed of a site that holds these articles, newest first. */
async function feedOf(t: TestContext, file: FeedFile, articles: Record<string, unknown>[], topic?: string) {
  const app = await openTestApp(t);
  articles.forEach((fields, index) => {
    const published = new Date(Date.UTC(2026, 9, 30) - index * 60_000).toISOString();
    writeArticle(app.config.contentDir, `story-${index}`, { published, ...fields });
  });
  app.library.reload();
  return (await articleFeed(app, file, topic))?.text ?? '';
}

/** The texts of every element of a name, or of an attribute of it. */
function textsOf(xml: string, name: string, attribute?: string): string[] {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  return Array.from(document.getElementsByTagName(name)).map((element) =>
    attribute ? (element.getAttribute(attribute) ?? '') : (element.textContent ?? ''),
  );
}

/** The validator warns of a tag in a title; where it is there to be read, as text, there is nothing to mend. */
function isTextAboutHtml({ at, finding }: FeedFault): boolean {
  return /^Contains(?:Undeclared)?HTML$/.test(finding) && /\/(?:title|summary)$/.test(at);
}

interface JsonFeed {
  title: string;
  feed_url: string;
  home_page_url: string;
  items: Record<string, unknown>[];
}

const STORY = {
  title: 'A gate stands open',
  dek: 'Who has one should shut it.',
  topics: ['cloud', 'updates'],
  status: 'ongoing',
  severity: 'high',
  affected: ['Gate 7', 'Gate <8>'],
  actions: ['Shut it', 'Change the key & tell us'],
  updates: [
    { at: '2026-11-02T10:00:00Z', text: 'It is shut' },
    { at: '2026-11-01T10:00:00Z', text: 'It is open' },
  ],
  corrections: [{ at: '2026-11-03T10:00:00Z', text: 'It was gate 7, not 6.' }],
  indicators: ['https://evil.example/x'],
  series: 'gates',
  image: { src: './gate.svg', alt: 'A gate', caption: 'The gate', credit: 'Ann' },
  body: [
    'Text with a [link](/about/), one [down the page](#end) and ![a map](map.png "Where").',
    '- [x] done\n- [ ] not done',
    '<details><summary>More</summary>\n\nHidden words\n\n</details>',
    '```js\nconst gate = "open";\n```',
    '> [!WARNING]\n> Mind the gap.',
    'A note[^1].\n\n[^1]: At the foot.',
    '<form action="/steal"><input name="card"><script>alert(1)</script></form>',
  ].join('\n\n'),
};

for (const file of XML_FEEDS) {
  test(`${file} is valid, whatever an article holds`, async (t) => {
    const feed = await feedOf(t, file, [
      STORY,
      ...HOSTILE.map((title) => ({ title, dek: title, body: `Text: ${title}` })),
    ]);
    assert.deepEqual(
      feedFaults(feed).filter((fault) => !isTextAboutHtml(fault)),
      [],
    );
  });

  test(`${file} shows a title as it was written`, async (t) => {
    const feed = await feedOf(
      t,
      file,
      HOSTILE.map((title) => ({ title })),
    );
    const shown = HOSTILE.map((title) => title.replace(/[\p{Cc}\p{Cs}\uFFFD\uFFFE\uFFFF]/gu, '').trim());
    assert.deepEqual(textsOf(feed, 'title').slice(1), shown);
  });

  test(`${file} gives what the page gives: picture, what to do, updates, corrections`, async (t) => {
    const html =
      textsOf(
        await feedOf(t, file, [STORY, { series: 'gates' }]),
        file === 'rss.xml' ? 'content:encoded' : 'content',
      )[0] ?? '';
    const inOrder = [
      '<img src="http://watchpost.test/articles/story-0/gate.svg" alt="A gate"',
      'The gate Ann',
      '<strong>Status:</strong> ongoing',
      'Gate 7, Gate &lt;8&gt;',
      '<h2>What to do now</h2>',
      '<li>Change the key &amp; tell us</li>',
      '<h2>Updates</h2>',
      '<a href="http://watchpost.test/articles/story-0/#update-20261102T1000">',
      '<time datetime="2026-11-02T10:00:00.000Z">2 November 2026 at 10:00 UTC</time></a>: It is shut',
      ': It is open',
      '<a href="http://watchpost.test/about/">link</a>',
      '<a href="http://watchpost.test/articles/story-0/#end">',
      'src="http://watchpost.test/articles/story-0/map.png"',
      '☑',
      '☐',
      '<strong>More</strong>',
      'const gate = "open";',
      '<blockquote>',
      'Mind the gap.',
      'At the foot.',
      '<h2>Indicators</h2>',
      '<code>hxxps://evil[.]example/x</code>',
      '<h2>Corrections</h2>',
      ': It was gate 7, not 6.',
      'Part 2 of 2 of the series <a href="http://watchpost.test/series/gates/">Gates</a>.',
    ];
    let from = 0;
    for (const part of inOrder) {
      const at = html.indexOf(part, from);
      assert.notEqual(at, -1, `${part} in ${html}`);
      from = at;
    }
    assert.doesNotMatch(
      html,
      /<(?:script|form|input|details|summary)\b|\s(?:class|id|style|on\w+|aria-\w+)=|steal/,
    );
  });

  test(`${file} keeps the newest 20 articles, under identities that are their addresses`, async (t) => {
    const feed = await feedOf(
      t,
      file,
      Array.from({ length: 21 }, () => ({})),
    );
    const ids = textsOf(feed, file === 'rss.xml' ? 'guid' : 'id').filter((id) => id.includes('/articles/'));
    assert.equal(ids.length, 20);
    assert.deepEqual(
      [ids[0], ids[19]],
      [0, 19].map((n) => `http://watchpost.test/articles/story-${n}/`),
    );
  });

  test(`${file} of a site without an article is valid`, async (t) => {
    assert.deepEqual(feedFaults(await feedOf(t, file, [])), []);
  });

  test(`${file} of a topic holds its articles only, and points to itself and its page`, async (t) => {
    const feed = await feedOf(t, file, [{ topics: ['cloud'] }, { topics: ['mobile'] }], 'cloud');
    assert.deepEqual(feedFaults(feed), []);
    assert.deepEqual(textsOf(feed, 'title').slice(1), ['Title of story-0']);
    const [self] = textsOf(feed, file === 'rss.xml' ? 'atom:link' : 'link', 'href');
    assert.equal(self, `http://watchpost.test/topics/cloud/${file}`);
    assert.ok(
      feed.includes('http://watchpost.test/topics/cloud/<') ||
        feed.includes('http://watchpost.test/topics/cloud/"'),
    );
  });
}

test('a language that no reader would understand is refused, and the last good one stays', async (t) => {
  const app = await openTestApp(t);
  for (const [language, isGood] of Object.entries({
    'de-AT': true,
    'pt-BR': true,
    english: false,
    en_GB: false,
    x: false,
    'en-': false,
    '"><b>': false,
  })) {
    writeFileSync(path.join(app.config.contentDir, 'site.yaml'), `language: ${JSON.stringify(language)}`);
    app.library.reload();
    assert.equal(app.library.problems.length === 0, isGood, language);
    assert.match((await articleFeed(app, 'rss.xml'))?.text ?? '', /<language>(?:en|de-AT|pt-BR)<\/language>/);
  }
});

test('a topic without an article has no feed', async (t) => {
  assert.equal(await feedOf(t, 'rss.xml', [{ topics: ['cloud'] }], 'mobile'), '');
});

test('an Atom entry says who wrote it, when it changed last, and where its comments are', async (t) => {
  const feed = await feedOf(t, 'atom.xml', [STORY]);
  assert.match(
    feed,
    /<author><name>desk<\/name><uri>http:\/\/watchpost\.test\/authors\/desk\/<\/uri><\/author>/,
  );
  assert.deepEqual(textsOf(feed, 'updated'), ['2026-11-03T10:00:00.000Z', '2026-11-03T10:00:00.000Z']);
  assert.deepEqual(textsOf(feed, 'category', 'term'), ['Cloud', 'Updates']);
  assert.match(
    feed,
    /rel="replies" type="application\/atom\+xml" href="http:\/\/watchpost\.test\/articles\/story-0\/comments\.xml"/,
  );
});

test('feed.json tells of its articles as the other feeds do', async (t) => {
  const feed = JSON.parse(await feedOf(t, 'feed.json', [STORY])) as JsonFeed;
  const [item = {}] = feed.items;
  assert.deepEqual(
    [feed.feed_url, feed.home_page_url],
    ['http://watchpost.test/feed.json', 'http://watchpost.test/'],
  );
  assert.deepEqual(
    [item.id, item.title, item.date_published, item.date_modified, item.tags, item.language],
    [
      'http://watchpost.test/articles/story-0/',
      STORY.title,
      '2026-10-30T00:00:00.000Z',
      '2026-11-03T10:00:00.000Z',
      ['Cloud', 'Updates'],
      'en',
    ],
  );
  assert.deepEqual(item.authors, [{ name: 'desk', url: 'http://watchpost.test/authors/desk/' }]);
  assert.equal(item.image, 'http://watchpost.test/articles/story-0/gate.svg');
  assert.match(String(item.content_html), /<h2>What to do now<\/h2>/);
});

test('feed.json follows the schema of JSON Feed 1.1', { skip }, async (t) => {
  const schema = (version: string) =>
    JSON.parse(readFileSync(new URL(`jsonfeed-${version}.schema.json`, CORPUS), 'utf8')) as object;
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  ajv.addSchema({ ...schema('1'), id: 'https://json.schemastore.org/feed-1' });
  const isFeed = ajv.compile(schema('1.1'));
  for (const sample of ['simple', 'microblog', 'podcast'])
    assert.ok(
      isFeed(JSON.parse(readFileSync(new URL(`jsonfeed-1.1-${sample}.json`, CORPUS), 'utf8'))),
      sample,
    );
  assert.ok(!isFeed({ version: 'https://jsonfeed.org/version/1.1', title: 'Without items' }));
  for (const articles of [[], [STORY, ...HOSTILE.map((title) => ({ title, dek: title }))]]) {
    assert.ok(isFeed(JSON.parse(await feedOf(t, 'feed.json', articles))), JSON.stringify(isFeed.errors));
  }
});

async function commentsOn(t: TestContext, comments: Partial<PublishedComment>[]): Promise<string> {
  const app = await openTestApp(t);
  writeArticle(app.config.contentDir, 'story', { title: 'A story' });
  app.library.reload();
  const article = app.library.article('story');
  assert.ok(article);
  const all = comments.map((comment, index) => ({
    ...{
      id: index + 10,
      number: index + 1,
      name: 'Ann',
      website: null,
      html: commentHtml('Words'),
      parent: null,
      edited: null,
      author: null,
      isVerified: false,
      picture: null,
    },
    at: new Date(Date.UTC(2026, 10, 23, 9, index)).toISOString(),
    ...comment,
  }));
  return commentsFeed(app, article, all.reverse()).text;
}

test('the feed of comments is valid, whatever strangers write', async (t) => {
  const feed = await commentsOn(
    t,
    HOSTILE.map((words, index) => ({
      name: words.slice(0, 60),
      html: commentHtml(`> ${words}\n\n[a link](https://example.com/?a=1&b=2) and \`code\``),
      website:
        ['https://example.com/[x]|y', 'https://exämple.com/', 'https://example.com/ok', null][index % 4] ??
        null,
    })),
  );
  assert.deepEqual(
    feedFaults(feed).filter((fault) => !isTextAboutHtml(fault)),
    [],
  );
  assert.deepEqual(textsOf(feed, 'uri'), ['https://example.com/ok']);
});

test('the feed of comments is newest first and says what answers what', async (t) => {
  const feed = await commentsOn(t, [
    {},
    { parent: { id: 10, number: 1, name: 'Ann' }, name: 'Ben' },
    { parent: { id: 99, number: 9, name: '' } },
  ]);
  const page = 'http://watchpost.test/articles/story/';
  assert.deepEqual(textsOf(feed, 'id'), [
    `${page}comments.xml`,
    ...[3, 2, 1].map((number) => `${page}#comment-${number}`),
  ]);
  assert.deepEqual(textsOf(feed, 'thr:in-reply-to', 'ref'), [page, `${page}#comment-1`, page]);
  assert.equal(textsOf(feed, 'title')[2], 'Comment 2 by Ben');
  assert.equal(textsOf(feed, 'updated')[0], '2026-11-23T09:02:00.000Z');
});

test('the feed of comments holds the newest fifty, and is valid with none', async (t) => {
  const app = await openTestApp(t);
  await app.db.transaction().execute(async (trx) => {
    for (let n = 1; n <= 51; n++)
      await insertPublished(trx, {
        article: 'story',
        name: 'Ann',
        body: `No. ${n}`,
        at: '2026-11-23T09:00:00.000Z',
      });
  });
  const numbers = (await newestComments(app, 'story', FEED_LENGTH)).map(({ number }) => number);
  assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [50, 51, 2]);
  assert.deepEqual(feedFaults(await commentsOn(t, [])), []);
});

/** Cases about what no feed of ours holds: extensions, archives, RSS 1.0, forms in old feeds, SVG and MathML. */
const FOREIGN = new RegExp(
  'image|skip(?:Days|Hours)|textInput|enclosure|cloud|geo|dcdate|dcrights|dclanguage|dccreator|duplicate_|slash|' +
    'sy_update|ulcc|license|ext__fh__(?:complete|previous)|rdf|rss10|rdf_|multiple_channel|modwiki|mathml|svg|' +
    'xhtml-extensions|undeterminable|(?:title|content)_not_escaped|not_inline|application-xthml|not_html|' +
    'simple-domain|namespace_prefix|prefixed-namespace|xmlversion|ws-xml-base|encoding|system_entity|xhtml_body|embed',
  'i',
);

test('our rules find what the W3C’s validator finds in what we write, and nothing where it finds nothing', {
  skip,
}, (t) => {
  const index = JSON.parse(readFileSync(new URL('index.json', CORPUS), 'utf8')) as Record<
    string,
    { expect: string }
  >;
  const missed: string[] = [];
  let judged = 0;
  for (const [name, { expect }] of Object.entries(index)) {
    const [, not, event = ''] = /^(!?)(\w+)/.exec(expect) ?? [];
    if (event.startsWith('Valid') || (FOREIGN.test(name) && !not)) continue;
    const found = feedFaults(readFileSync(new URL(`cases/${name}`, CORPUS), 'utf8')).map(({ finding }) =>
      kindOf(finding),
    );
    const isFound =
      found.includes(kindOf(event)) || (event === 'Error' && found.some((one) => ERRORS.test(one)));
    judged++;
    if (isFound === (not === '!')) missed.push(`${name}: ${expect}, not ${found.join(' ')}`);
  }
  t.diagnostic(`${judged - missed.length} of ${judged} judged, of ${Object.keys(index).length} cases in all`);
  assert.deepEqual(missed, []);
});

const ERRORS = /^(?:SAXError|Undefined|Invalid|Duplicate(?:Element|Value|AtomLink)|MissingElement)/;

/** The validator tells kinds of one fault apart that we do not. */
function kindOf(finding: string): string {
  if (/^Invalid(?:FullLink|UriChar|URIAttribute|IRI)$/.test(finding)) return 'InvalidLink';
  if (/^Missing(?:Title|Link|Description)$/.test(finding)) return 'MissingElement';
  return { IncorrectDOW: 'InvalidRFC2822Date', SecurityRiskAttr: 'SecurityRisk' }[finding] ?? finding;
}
