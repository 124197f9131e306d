import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { cleanText, commentHtml } from '../../src/core/comments/markup/comment-markup.ts';
import { worstComments } from '../bench/comment-markup.bench.ts';

const REL = 'rel="ugc nofollow noopener"';
const link = (href: string, words: string) => `<a href="${href}" ${REL}>${words}</a>`;

/** A link with words of its own says where it leads. */
const worded = (href: string, words: string, place: string) => link(href, `${words} <bdi>(${place})</bdi>`);

/** Source on the left, the HTML without line ends on the right. */
function assertRendered(cases: Record<string, string>): void {
  for (const [source, html] of Object.entries(cases)) {
    assert.equal(commentHtml(source).replaceAll('\n', ''), html, JSON.stringify(source));
    assertOnlyAllowed(commentHtml(source));
  }
}

const INLINE = ['br', 'em', 'strong', 'code', 'a'];
const BLOCKS = ['p', 'pre', 'blockquote', 'ul', 'ol'];
const CHILDREN: Record<string, readonly string[]> = {
  '': BLOCKS,
  blockquote: BLOCKS,
  li: [...BLOCKS, ...INLINE],
  ul: ['li'],
  ol: ['li'],
  pre: ['code'],
  p: INLINE,
  em: INLINE,
  strong: INLINE,
  a: ['br', 'em', 'strong', 'code', 'bdi'],
  bdi: [],
  code: [],
};

/** Walks the HTML tag by tag; whatever is not on the list, not nested as listed or not escaped is a failure. */
function assertOnlyAllowed(html: string): void {
  const open: string[] = [];
  for (const token of html.split(/(<[^<>]*>)/)) {
    const [, slash, name = '', attributes = ''] = /^<(\/?)([a-z]+)(.*)>$/s.exec(token) ?? [];
    if (slash === undefined) assertEscaped(token);
    else if (slash === '/') assert.equal(open.pop() + attributes, name, html);
    else {
      assert.ok(CHILDREN[open.at(-1) ?? '']?.includes(name), `${token} in <${open.at(-1)}>: ${html}`);
      assert.ok(name !== 'a' || !open.includes('a'), `a link in a link: ${html}`);
      if (name === 'a') assertLinkAttributes(attributes);
      else assert.equal(attributes, '', html);
      if (name !== 'br') open.push(name);
    }
  }
  assert.deepEqual(open, [], `not closed in ${html}`);
}

function assertEscaped(text: string): void {
  assert.doesNotMatch(text, /[<>"']/);
  assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot|#39);)/);
  assert.ok(text.isWellFormed());
}

function assertLinkAttributes(attributes: string): void {
  const href = /^ href="([^"]*)" rel="ugc nofollow noopener"$/.exec(attributes)?.[1];
  assert.ok(href !== undefined, attributes);
  assertEscaped(href);
  const url = new URL(unescaped(href));
  assert.equal(url.href, unescaped(href));
  assert.match(url.href, /^(?:https?:\/\/[^@/]+\/|mailto:[^?]+@)/);
  assert.doesNotMatch(url.href, /[\s\p{Cc}\P{ASCII}]/u);
}

function unescaped(html: string): string {
  const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return Object.entries(entities)
    .reduce((text, [entity, character]) => text.replaceAll(entity, character), html)
    .replaceAll('&amp;', '&');
}

/** What a reader sees. */
function shownText(html: string): string {
  return unescaped(html.replaceAll('<br>', '\n').replace(/<[^<>]*>/g, ''));
}

describe('the markup of comments', () => {
  test('a blank line begins a paragraph, and a line break is kept', () => {
    assertRendered({
      'one\ntwo\n\nthree': '<p>one<br>two</p><p>three</p>',
      '\r\n\r\n  one\r\n \t\r\n\r\n\r\ntwo  ': '<p>one</p><p>two</p>',
      '': '',
      ' \n\t\n': '',
    });
  });

  test('stars and underscores make emphasis, two stars strong', () => {
    assertRendered({
      '*a* _b_ **c** ***d***': '<p><em>a</em> <em>b</em> <strong>c</strong> <em><strong>d</strong></em></p>',
      '**a *b* c**, *a **b***': '<p><strong>a <em>b</em> c</strong>, <em>a <strong>b</strong></em></p>',
      '***a* b** ***a** b*': '<p><strong><em>a</em> b</strong> <em><strong>a</strong> b</em></p>',
      '*one\ntwo*': '<p><em>one<br>two</em></p>',
      '"*a*", (_b_).': '<p>&quot;<em>a</em>&quot;, (<em>b</em>).</p>',
      '**bold*text**': '<p><strong>bold*text</strong></p>',
      '*a _b* c_': '<p><em>a _b</em> c_</p>',
    });
  });

  test('stars and underscores that mean themselves stay as typed', () => {
    for (const text of [
      '2 * 3 * 4',
      'snake_case_name',
      '__init__',
      '****',
      '****a****',
      '**a',
      'a**',
      '_a',
      '* * *',
      '---',
    ]) {
      assertRendered({ [text]: `<p>${text}</p>` });
    }
  });

  test('emphasis is nested at most 64 deep', () => {
    const html = commentHtml('***a '.repeat(100) + 'b*** '.repeat(100));
    assertOnlyAllowed(html);
    assert.equal(html.split('<em>').length - 1, 32);
  });

  test('backticks make code, in which nothing else is markup', () => {
    assertRendered({
      '`a*b*` and `` ` ``': '<p><code>a*b*</code> and <code>`</code></p>',
      '`<b>&amp;` `https://a.example`':
        '<p><code>&lt;b&gt;&amp;amp;</code> <code>https://a.example</code></p>',
      '`a\nb`': '<p><code>a b</code></p>',
      '`a``b': '<p>`a``b</p>',
      '*a `b* c`': '<p>*a <code>b* c</code></p>',
    });
  });

  test('fences make a code block, with its lines as typed and no class', () => {
    assertRendered({
      '~~~ js\n<b>\n~~~': '<pre><code>&lt;b&gt;</code></pre>',
      '```a``` b': '<p><code>a</code> b</p>',
    });
    assert.equal(
      commentHtml('see\n```ts\n\tif (a) {\n\n  *b*\n~~~\n```\nthen'),
      '<p>see</p>\n<pre><code>\tif (a) {\n\n  *b*\n~~~\n</code></pre>\n<p>then</p>',
    );
    assert.equal(commentHtml('````\n```\n````'), '<pre><code>```\n</code></pre>');
    assert.equal(commentHtml('```\nnever closed'), '<pre><code>never closed\n</code></pre>');
  });

  test('quotes are nested to four, deeper ones belong to the fourth', () => {
    assertRendered({
      '> a\n>\n> b\nanswer': '<blockquote><p>a</p><p>b</p></blockquote><p>answer</p>',
      '> a\n>> b': '<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>',
      'before\n>after': '<p>before</p><blockquote><p>after</p></blockquote>',
      '> > > > > > deep': `${'<blockquote>'.repeat(4)}<p>deep</p>${'</blockquote>'.repeat(4)}`,
      '> - a\n> - > b':
        '<blockquote><ul><li>a</li><li><blockquote><p>b</p></blockquote></li></ul></blockquote>',
      '>\n> >': '',
    });
  });

  test('lists have bullets or numbers, and nest to three', () => {
    assertRendered({
      '- a\n* b\n+ c': '<ul><li>a</li><li>b</li><li>c</li></ul>',
      'so:\n1. a\n2. b': '<p>so:</p><ol><li>a</li><li>b</li></ol>',
      '1. a\n1. b\n\n1. c': '<ol><li>a</li><li>b</li><li>c</li></ol>',
      '- a\n1. b': '<ul><li>a</li></ul><ol><li>b</li></ol>',
      '- a\n  - b\n    - c\n      - d\n- e':
        '<ul><li>a<ul><li>b<ul><li>c<br>- d</li></ul></li></ul></li><li>e</li></ul>',
      '1. a\n\n   b\n\nc': '<ol><li><p>a</p><p>b</p></li></ol><p>c</p>',
      '- ```\n  a\n   b\n  ```': '<ul><li><pre><code>a b</code></pre></li></ul>',
      '- *a\n- b*': '<ul><li>*a</li><li>b*</li></ul>',
    });
  });

  test('a number is never shown as another than was typed', () => {
    assertRendered({
      '3. I disagree': '<p>3. I disagree</p>',
      'It was in\n2024. Or later.': '<p>It was in<br>2024. Or later.</p>',
      '1. a\n3. b': '<ol><li>a</li></ol><p>3. b</p>',
    });
  });

  test('headings, tables, images and HTML are text', () => {
    assertRendered({
      '# a': '<p># a</p>',
      '|a|b|\n|-|-|': '<p>|a|b|<br>|-|-|</p>',
      '![alt](https://a.example/b.png)': `<p>![alt](${link('https://a.example/b.png', 'https://a.example/b.png')})</p>`,
      '[![alt](https://a.example/)](https://b.example/)': `<p>${worded('https://b.example/', '![alt](https://a.example/)', 'b.example')}</p>`,
      '<b>bold</b> &lt; &#x3c;': '<p>&lt;b&gt;bold&lt;/b&gt; &amp;lt; &amp;#x3c;</p>',
    });
  });
});

describe('links in comments', () => {
  test('words, angle brackets and bare addresses make links', () => {
    assertRendered({
      '[the *words*](https://a.example/b)': `<p>${worded('https://a.example/b', 'the <em>words</em>', 'a.example')}</p>`,
      '<https://a.example> <mailto:a@b.example>': `<p>${link('https://a.example/', 'https://a.example')} ${link('mailto:a@b.example', 'mailto:a@b.example')}</p>`,
      'HTTP://A.example?a=1&b="': `<p>${link('http://a.example/?a=1&amp;b=', 'HTTP://A.example?a=1&amp;b=')}&quot;</p>`,
      "https://a.example/it's": `<p>${link('https://a.example/it&#39;s', 'https://a.example/it&#39;s')}</p>`,
    });
  });

  test('the punctuation of the sentence is no part of a bare address', () => {
    const a = link('https://a.example/', 'https://a.example/');
    assertRendered({
      'See https://a.example/.': `<p>See ${a}.</p>`,
      '(https://a.example/), **https://a.example/**': `<p>(${a}), <strong>${a}</strong></p>`,
      '見てhttps://a.example/。': `<p>見て${a}。</p>`,
      'https://a.example/b_(c)': `<p>${link('https://a.example/b_(c)', 'https://a.example/b_(c)')}</p>`,
      'https://a.example/_b_*c*d': `<p>${link('https://a.example/_b_*c*d', 'https://a.example/_b_*c*d')}</p>`,
    });
  });

  test('other schemes, users in addresses, spaces and hosts without a dot make no link', () => {
    const refused = [
      'javascript:alert(1)',
      'data:text/html,a',
      'ftp://a.example/',
      '//a.example/',
      '/a',
      'https:a.example',
      'https://localhost/',
      'https:///a.example',
      'https://',
      'https://bank.example@a.example/',
      'https://a:b@a.example/',
      'https://a.example\\@b.example/',
      'https://a%2eexample/',
      'https://a(.)example/',
      'https://[::1]/',
      'mailto:a',
      'mailto:a@b.example?bcc=c@d.example',
      'mailto:a%0ab@c.example',
    ];
    for (const address of refused) {
      for (const source of [address, `[a](${address})`, `<${address}>`]) {
        const html = commentHtml(source);
        assert.doesNotMatch(html, /<a/, source);
        assert.equal(shownText(html), source);
      }
    }
    for (const source of [
      '[a](java\nscript:a)',
      '[a](https://a.exam\tple)',
      '[a](<https://a.example>)',
      '[](https://)',
    ]) {
      assertOnlyAllowed(commentHtml(source));
      assert.doesNotMatch(commentHtml(source), />a<\/a>/, source);
    }
  });

  test('a link whose words name another place says where it leads', () => {
    const evil = (words: string) => `<p>${worded('https://evil.example/', words, 'evil.example')}</p>`;
    assertRendered({
      '[https://bank.example](https://evil.example)': evil('https://bank.example'),
      '[bank.example (bank.example)](https://evil.example)': evil('bank.example (bank.example)'),
      '[words](https://evil.example:8443/?bank.example)': `<p>${worded('https://evil.example:8443/?bank.example', 'words', 'evil.example:8443')}</p>`,
      '[the bank](mailto:a@evil.example)': `<p>${worded('mailto:a@evil.example', 'the bank', 'a@evil.example')}</p>`,
    });
  });

  test('a link needs words', () => {
    assert.equal(shownText(commentHtml('[ ](https://a.example/)')), '[ ](https://a.example/)');
  });

  test('defanged addresses stay exactly as typed and are never linked', () => {
    const defanged = [
      'hxxp://evil.example/_a_/*b*',
      'hXXps://evil[.]example/',
      'https://evil[.]example/_a_',
      '<https://evil[.]example>',
      'evil[.]example, 10[.]0[.]0[.]1',
      '[.]',
      '[hxxps://evil.example](hxxps://evil.example)',
    ];
    for (const text of defanged) {
      const html = commentHtml(text);
      assert.doesNotMatch(html, /<(?:a|em)\b/, text);
      assert.equal(shownText(html), text);
    }
    for (const words of ['evil[.]example', 'hxxp://evil.example', '.']) {
      const html = commentHtml(`[${words}](https://a.example/)`);
      assert.equal(html, `<p>[${words}](${link('https://a.example/', 'https://a.example/')})</p>`);
    }
  });

  test('a look-alike host is shown as punycode', () => {
    const host = 'xn--80ak6aa92e.com';
    assertRendered({
      'https://аррӏе.com/Б?a#b': `<p>${link(`https://${host}/%D0%91?a#b`, `https://${host}/Б?a#b`)}</p>`,
      '<HTTPS://аррӏе.com>': `<p>${link(`https://${host}/`, `HTTPS://${host}`)}</p>`,
      'mailto:a@аррӏе.com': `<p>${link(`mailto:a@${host}`, `mailto:a@${host}`)}</p>`,
      '[аррӏе](https://аррӏе.com)': `<p>${worded(`https://${host}/`, 'аррӏе', host)}</p>`,
    });
  });

  test('links are not nested, neither in links nor across emphasis', () => {
    const c = link('https://c.example/', 'https://c.example/');
    assertRendered({
      '[a https://b.example](https://c.example/)': `<p>${worded('https://c.example/', 'a https://b.example', 'c.example')}</p>`,
      '[a [b](https://b.example/)](https://c.example/)': `<p>[a ${worded('https://b.example/', 'b', 'b.example')}](${c})</p>`,
      '*a [b* c](https://c.example/)': `<p><em>a [b</em> c](${c})</p>`,
      '[a *b](https://c.example/) c*': `<p>${worded('https://c.example/', 'a *b', 'c.example')} c*</p>`,
      '*a [b](https://c.example/) c*': `<p><em>a ${worded('https://c.example/', 'b', 'c.example')} c</em></p>`,
    });
  });
});

describe('the cleaning of text', () => {
  test('controls go, tabs and line breaks stay', () => {
    assert.equal(cleanText('a\u0000\u0007\u001b[31m\u007f\u0085\u009fb\tc\r\nd\ne'), 'a[31mb\tc\nd\ne');
  });

  test('characters that turn the direction of text or cannot be seen go', () => {
    assert.equal(cleanText('a\u202eb\u202ac\u2066d\u2069e'), 'abcde');
    assert.equal(cleanText('p\u200ba\u2060y\ufeffp\u200c a\u200dl \u200d1\u200d2'), 'payp a\u200dl 12');
    assert.equal(cleanText('a\u{e0041}\u{e007f}b \u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'), 'ab \u{1f3f4}');
  });

  test('scripts and emoji keep the joiners and marks they need', () => {
    const kept = [
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f\u200d\u{1f525} \u{1f469}\u{1f3fd}\u200d\u{1f4bb} 1\ufe0f\u20e3',
      'می\u200cخواهم',
      'क्\u200dष',
      'שָׁלוֹם \u200fעולם!',
      'مرحبا بالعالم',
      'Việt Nam, ภาษาไทยที่, မြန်မာ',
    ];
    for (const text of kept) assert.equal(cleanText(text), text.normalize('NFC'));
  });

  test('towers of accents are cut to three, and the rest is NFC', () => {
    assert.equal(cleanText('e\u0301'), 'é');
    assert.equal(cleanText(`x${'\u0335'.repeat(40)}y`), 'x\u0335\u0335\u0335y');
    assert.equal(cleanText(`क${'\u0903'.repeat(40)}`), `क${'\u0903'.repeat(12)}`);
    assert.equal(
      cleanText(`x${'\u0335\u200d'.repeat(40)}y`).replaceAll('\u200d', ''),
      'x\u0335\u0335\u0335y',
    );
  });

  test('half a character becomes the replacement character', () => {
    assert.equal(cleanText('a\ud800b\udc00'), 'a\ufffdb\ufffd');
    assert.equal(commentHtml('\udfff`\ud83d`'), '<p>\ufffd<code>\ufffd</code></p>');
  });
});

describe('hostile comments', () => {
  // Long enough that anything quadratic would never come to an end here; how fast it is stands in tests/bench.
  for (const [name, text] of worstComments(100_000)) {
    test(`100,000 characters of ${name} come to an end, and to no more than 16 times as many`, () => {
      const html = commentHtml(text);
      assertOnlyAllowed(html);
      assert.ok(html.length <= text.length * 16, `${html.length} characters`);
    });
  }

  test('whatever marks are mixed, the HTML is well formed and cleaning twice changes nothing', () => {
    const parts = [
      '*',
      '**',
      '_',
      '`',
      '```',
      '~~~',
      '[',
      ']',
      '](https://a.b)',
      '(',
      ')',
      '<',
      '>',
      '> ',
      '- ',
      '1. ',
      '\n',
      '\n\n',
    ];
    parts.push(
      '  ',
      'a',
      ' ',
      '!',
      'https://a.b',
      'hxxp://a',
      '[.]',
      'mailto:a@b.c',
      '&',
      '"',
      "'",
      '\u0301',
      '\u200d',
      '\ud800',
      'é',
    );
    for (let seed = 1; seed <= 20_000; seed += 1) {
      const source = mixed(parts, seed);
      assertOnlyAllowed(commentHtml(source));
      assert.equal(cleanText(cleanText(source)), cleanText(source));
    }
  });
});

/** The same mixture for the same seed (Park and Miller's generator). */
function mixed(parts: readonly string[], seed: number): string {
  let state = seed;
  let text = '';
  for (let part = 0; part < 24; part += 1) {
    state = (state * 48_271) % 2_147_483_647;
    text += parts[state % parts.length];
  }
  return text;
}

function corpus<T>(file: string): { entries: T[]; skip: string | false } {
  const url = new URL(`../../../shared/corpora/${file}`, import.meta.url);
  if (!existsSync(url)) return { entries: [], skip: `skipped: no corpus ${file} beside the repository` };
  return { entries: JSON.parse(readFileSync(url, 'utf8')), skip: false };
}

describe('known attacks', () => {
  for (const file of ['xss/vectors.json', 'xss/bulk-payloadbox.json']) {
    const { entries, skip } = corpus<{ id: string; payload: string }>(file);
    test(`no payload of ${file} becomes more than text and harmless links`, { skip }, () => {
      assert.ok(entries.length > 500);
      for (const { payload } of entries) {
        for (const source of [
          payload,
          `> - ${payload}`,
          `[${payload}](https://a.example)`,
          `[a](${payload})`,
        ]) {
          assertOnlyAllowed(commentHtml(source));
        }
      }
    });
  }

  const naughty = corpus<string>('naughty-strings/blns.json');
  test('naughty strings lose no letter or digit', { skip: naughty.skip }, () => {
    assert.ok(naughty.entries.length > 500);
    const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '');
    for (const source of naughty.entries) {
      const html = commentHtml(source);
      assertOnlyAllowed(html);
      assert.equal(letters(shownText(html)), letters(cleanText(source)));
    }
  });
});
