import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Marked } from 'marked';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parseFragment, serialize } from 'parse5';
import sanitize from 'sanitize-html';
import { MarkdownError, renderMarkdown } from '#core/articles/markdown.ts';
import { ALLOWED } from '#core/articles/markdown-allowed.ts';
import { projectRoot } from '#core/platform/config.ts';

const html = (source: string) => renderMarkdown(source).html;

describe('indicators', () => {
  const shown: Record<string, string> = {
    'https://evil.example/a.php?x=http://b.example': 'hxxps://evil[.]example/a[.]php?x=hxxp://b[.]example',
    'hxxps://evil[.]example': 'hxxps://evil[.]example',
    'hxxp[:]//evil(dot)example/x': 'hxxp://evil[.]example/x',
    'EVIL.example': 'EVIL[.]example',
    '198.51.100.7:8080': '198[.]51[.]100[.]7:8080',
    '2001:db8::bad': '2001[:]db8[:][:]bad',
    'someone@evil.example': 'someone[@]evil[.]example',
    'someone[at]evil[.]example': 'someone[@]evil[.]example',
    'ftp://evil.example/x': 'fxp://evil[.]example/x',
    d41d8cd98f00b204e9800998ecf8427e: 'd41d8cd98f00b204e9800998ecf8427e',
    'https://bücher.example/ü.html': 'hxxps://bücher[.]example/ü[.]html',
    'evil.example/<b>"&': 'evil[.]example/&lt;b&gt;"&amp;',
  };

  test('are printed so that nothing makes a link of them, however they were written', () => {
    for (const [value, safe] of Object.entries(shown))
      assert.equal(html(`See :ioc[${value}].`), `<p>See <code class="ioc">${safe}</code>.</p>\n`);
  });

  test('stand in lists, tables, headings and boxes, and not in code', () => {
    assert.match(html('- a :ioc[evil.example]'), /evil\[\.\]example/);
    assert.match(html('| a |\n|---|\n| :ioc[evil.example] |'), /<td><code class="ioc">evil\[\.\]example/);
    assert.match(html('> [!NOTE]\n> :ioc[evil.example]'), /<code class="ioc">/);
    assert.match(html('`:ioc[evil.example]`'), /<code>:ioc\[evil\.example\]<\/code>/);
    assert.deepEqual(renderMarkdown('## The :ioc[evil.example] case').headings, [
      { depth: 2, id: 'h-the-evil-example-case', text: 'The evil[.]example case' },
    ]);
  });

  test('that are not closed are text', () => {
    assert.match(html('See :ioc[evil and :ioc[] too'), /<p>See :ioc\[evil and :ioc\[\] too<\/p>/);
  });
});

describe('a long text', () => {
  test('has footnotes, numbered as they are met, each with its way back', () => {
    const text = html(
      'One[^b], two[^a], one again[^b], none[^c].\n\n[^a]: *A* note.\n[^b]: First.\n    More.\n\n    - list\n',
    );
    assert.match(
      text,
      /One<sup class="fn"><a id="fnref-1" href="#fn-1">1<\/a><\/sup>, two<sup class="fn"><a id="fnref-2"/,
    );
    assert.match(text, /again<sup class="fn"><a id="fnref-1-2" href="#fn-1">1<\/a><\/sup>, none\[\^c\]\./);
    assert.match(text, /<li id="fn-1"><p>First\.\nMore\.<\/p>\n<ul>\n<li>list<\/li>/);
    assert.match(
      text,
      /<li id="fn-2"><p><em>A<\/em> note\. <a href="#fnref-2" aria-label="Back to the text">↩<\/a><\/p>/,
    );
    assert.equal(text.match(/href="#fnref-/g)?.length, 3);
  });

  test('may have a footnote that refers to another, or to itself', () => {
    const text = html('One[^a].\n\n[^a]: See[^b] and[^a].\n\n[^b]: End.\n');
    assert.match(text, /<li id="fn-2"><p>End\./);
    assert.equal(text.match(/<li id=/g)?.length, 2);
  });

  test('has boxes of GitHub’s five kinds, boxes beside the story, and pulled-out sentences', () => {
    for (const kind of ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION']) {
      const title = `${kind.charAt(0)}${kind.slice(1).toLowerCase()}`;
      const box = `<div class="admonition ${kind.toLowerCase()}">\n<p class="title">${title}</p>\n<p>Mind.</p>\n</div>\n`;
      assert.equal(html(`> [!${kind}]\n> Mind.`), box);
    }
    assert.match(
      html('> [!aside] In short\n> Text.'),
      /<div class="admonition aside">\n<p class="title">In short<\/p>/,
    );
    assert.equal(
      html('> [!PULL]\n> Said so.'),
      '<blockquote class="pull">\n<p>Said so.</p>\n</blockquote>\n',
    );
    assert.match(html('> [!OTHER]\n> Text.'), /<blockquote>\n<p>\[!OTHER\]\nText\.<\/p>/);
    assert.match(html('> [!NOTE]\n> A\n>\n> - b\n\nAfter.'), /<li>b<\/li>\n<\/ul>\n<\/div>\n<p>After\.<\/p>/);
  });

  test('makes a figure of a picture that stands alone, with caption and credit', () => {
    assert.equal(
      html('![A "map"](./map.png "The <map> | Desk & co")'),
      '<figure><img src="./map.png" alt="A &quot;map&quot;" /><figcaption>The &lt;map&gt; <small>Desk &amp; co</small></figcaption></figure>\n',
    );
    assert.equal(html('![A map](./map.png)'), '<figure><img src="./map.png" alt="A map" /></figure>\n');
    assert.match(html('In ![text](./map.png "x") it is none'), /<p>In <img/);
  });

  test('gives each heading an anchor of its own, and lists them', () => {
    const { headings } = renderMarkdown(
      '# One\n\n## The `end` & more\n\n### The end — more\n\n## 终\n\n## !',
    );
    assert.deepEqual(headings, [
      { depth: 2, id: 'h-one', text: 'One' },
      { depth: 2, id: 'h-the-end-more', text: 'The end & more' },
      { depth: 3, id: 'h-the-end-more-2', text: 'The end — more' },
      { depth: 2, id: 'h-终', text: '终' },
      { depth: 2, id: 'h-section', text: '!' },
    ]);
  });

  test('lets a wide table scroll by itself, reached by keyboard', () => {
    assert.match(
      html('| a | b |\n|---|--:|\n| 1 | 2 |'),
      /^<div class="table" role="region" aria-label="Table" tabindex="0"><table>[\s\S]*<td class="right">2<\/td>[\s\S]*<\/table><\/div>\n$/,
    );
  });
});

describe('hostile text', () => {
  const hostile: Record<string, string> = {
    'deep quotes': '> '.repeat(2500),
    'runs of underscores': '_a__b'.repeat(12_000),
    'deep lists': Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth * 2)}- a`).join('\n'),
  };
  for (const [name, text] of Object.entries(hostile))
    test(`is refused with a word for its writer: ${name}`, () => {
      assert.throws(() => renderMarkdown(text), MarkdownError);
      assert.equal(html('Still at work.'), '<p>Still at work.</p>\n');
    });

  test('of many other kinds is rendered or refused, and never anything else', () => {
    const parts = [
      '[',
      '](',
      '![',
      '*',
      '**a',
      '`',
      '<',
      '<!--',
      '&',
      '|',
      '- ',
      '1. ',
      '#',
      '\\',
      '[^',
      ':ioc[',
      ':ioc[[',
      '> [!NOTE]\n',
      '[a]: /b\n',
      '[^a]: b\n',
      '| a |\n|-|\n',
      '\t',
      '    ',
      '[^a]',
    ];
    for (const part of parts) {
      try {
        renderMarkdown(part.repeat(1500));
      } catch (error) {
        assert.ok(error instanceof MarkdownError, `${JSON.stringify(part)}: ${error}`);
      }
    }
  });
});

const corpus = path.join(projectRoot, '../shared/corpora/markdown');
const isHere = existsSync(corpus) ? false : 'skipped: the cases are not beside the project';

/** What our renderer adds to a document, taken away again; nothing else may differ before the sanitizer. */
function withoutOurs(rendered: string): string {
  return rendered
    .replace(/<(h[1-6]) id="h-[^"]*">/g, '<$1>')
    .replace(/<div class="table"[^>]*>(<table>[\s\S]*?<\/table>)<\/div>/g, '$1')
    .replace(/ aria-label="(?:Done|To do)"/g, '')
    .replace(/<span class="tok-[\w-]+">([^<]*)<\/span>/g, '$1');
}

/** A document as a tree, as a browser shows it: spelling, and blanks that it does not show, make no difference. */
function tree(source: string): string {
  const fragment = parseFragment(source);
  const walk = (node: (typeof fragment)['childNodes'][number], isPre: boolean) => {
    if (defaultTreeAdapter.isElementNode(node)) node.attrs.sort((a, b) => (a.name < b.name ? -1 : 1));
    if (defaultTreeAdapter.isTextNode(node) && !isPre) node.value = node.value.replace(/[ \t\n]+/g, ' ');
    if ('childNodes' in node)
      for (const child of node.childNodes) walk(child, isPre || node.nodeName === 'pre');
  };
  for (const child of fragment.childNodes) walk(child, false);
  const edges =
    / ?(<\/?(?:p|h\d|ul|ol|li|blockquote|table|thead|tbody|tr|td|th|hr|br|div|pre|dl|section)\b[^>]*>) ?/g;
  return serialize(fragment)
    .split(/(<pre>[\s\S]*?<\/pre>)/)
    .map((part) =>
      part.startsWith('<pre>')
        ? part.replaceAll('\n<p>', '<p>')
        : part.replace(edges, '$1').replace(edges, '$1'),
    )
    .join('')
    .trim();
}

for (const file of ['commonmark.0.31.2.json', 'gfm.0.29.json']) {
  test(`renders ${file} as the specification says; only the sanitizer’s list makes a difference`, {
    skip: isHere,
  }, () => {
    const cases = JSON.parse(readFileSync(path.join(corpus, file), 'utf8')) as {
      example?: number;
      markdown: string;
      html: string;
      shouldFail?: boolean;
    }[];
    const plain = new Marked({ gfm: !file.startsWith('commonmark') });
    const differs: unknown[] = [];
    for (const one of cases) {
      if (one.shouldFail) continue;
      // Of CommonMark's cases some are another thing in GitHub's Markdown, which articles are written in.
      const isAlsoGfm =
        tree(plain.parse(one.markdown) as string) === tree(new Marked().parse(one.markdown) as string);
      const wanted = isAlsoGfm ? one.html : (new Marked().parse(one.markdown) as string);
      if (tree(withoutOurs(html(one.markdown))) !== tree(sanitize(wanted, ALLOWED)))
        differs.push({ ...one, got: html(one.markdown) });
    }
    assert.deepEqual(differs, []);
    assert.ok(cases.length > 20);
  });
}

const vectors = path.join(projectRoot, '../shared/corpora/xss');

test('leaves nothing of a known attack but what an article may consist of', {
  skip: existsSync(vectors) ? false : 'skipped: the attacks are not beside the project',
}, () => {
  const files = readdirSync(vectors).filter((name) => name.endsWith('.json'));
  const payloads = files.flatMap(
    (name) => JSON.parse(readFileSync(path.join(vectors, name), 'utf8')) as unknown[],
  );
  const texts = payloads.map((one) => (typeof one === 'string' ? one : (one as { payload: string }).payload));
  const wrong: string[] = [];
  for (const text of texts) {
    try {
      wrong.push(...forbiddenIn(html(text)).map((what) => `${what} in ${text.slice(0, 200)}`));
    } catch (error) {
      if (!(error instanceof MarkdownError)) throw error;
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(texts.length > 100);
});

/** Elements and attributes that are not on the list, and addresses that do more than lead somewhere. */
function forbiddenIn(rendered: string): string[] {
  const { allowedTags, allowedAttributes } = ALLOWED as {
    allowedTags: string[];
    allowedAttributes: Record<string, string[]>;
  };
  const found: string[] = [];
  const walk = (node: DefaultTreeAdapterTypes.ChildNode) => {
    if (defaultTreeAdapter.isElementNode(node)) {
      const { tagName, attrs } = node;
      if (!allowedTags.includes(tagName)) found.push(`<${tagName}>`);
      const allowed = [...(allowedAttributes['*'] ?? []), ...(allowedAttributes[tagName] ?? []), 'class'];
      for (const { name, value } of attrs) {
        const isAddress = name === 'href' || name === 'src';
        const isHarmless = !isAddress || !/^\s*(?!https?:|mailto:)[a-z][a-z0-9+.-]*:/i.test(value);
        if (!allowed.includes(name) || !isHarmless) found.push(`${name}="${value}"`);
      }
    }
    if ('childNodes' in node) for (const child of node.childNodes) walk(child);
  };
  for (const child of parseFragment(rendered).childNodes) walk(child);
  return found;
}
