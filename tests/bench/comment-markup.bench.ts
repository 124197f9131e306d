import { cleanText, commentHtml } from '../../src/core/comments/markup/comment-markup.ts';
import { escapeHtml } from '../../src/core/platform/safe-html.ts';
import { medianMs } from './timing.ts';

/** Text that makes careless parsers slow or deep, cut to a length; the tests of the markup use it too. */
export function worstComments(length: number): Map<string, string> {
  const repeated = Object.entries({
    'nested quotes': '> ',
    'nested quotes without spaces': '>',
    'quotes getting deeper and shallower': '>>>> a\n> b\n',
    'underscores inside words': '_a__b',
    'opening brackets': '[',
    'closing brackets': ']',
    'bracket pairs': '[]',
    'links never closed': '[a](https://b.c',
    'links around links': '[a](https://b.c)](https://b.c)',
    'brackets after a defanged dot': '[[[.](https://b.c)',
    'images never closed': '![',
    'stars by four': '****',
    'stars by three': '***a ',
    'stars opening only': '*a **b ',
    'stars closing only': 'a* b** ',
    'stars and underscores crossed': '*a _b* c_ **d',
    'stars and brackets crossed': '*a [b* c](https://d.e) ',
    'single backticks': '`a',
    'angle links never closed': '<https://a',
    'schemes in a row': 'https://',
    'schemes and brackets': 'https://a(b[',
    'links with stars': 'https://a.b/*',
    'links outside ASCII': 'https://é.b/é ',
    'mail links': 'mailto:a@é.b ',
    'defanged addresses': 'hxxps://a[.]b ',
    'lists on one line': '- ',
    'lists on one line with a word': '- - - - a\n',
    'numbers on one line': '1. ',
    'lists getting deeper': '- a\n  - b\n    - c\n      - d\n',
    'items and blank lines': '- a\n\n\n\n',
    'fences never closed': '``` a\n',
    'fences of two kinds': '```\n~~~\n',
    'fences in quotes in lists': '- > ```\n',
    'blank lines': '\n',
    spaces: ' ',
    tabs: '\t',
    ampersands: '&',
    quotation: '"\'<>&',
    'lone surrogates': '\ud800',
    'joined letters': 'a\u200d',
    'joined marks': '\u0301\u200d',
    'invisible characters': '\u200b\u202e\u{e0041}',
    'plain words': 'Plain words, as most people write. ',
  }).map(([name, part]): [string, string] => [name, part.repeat(length / part.length)]);

  return new Map([
    ...repeated,
    ['backticks in growing runs', cut(length, (run) => `${'`'.repeat(run)} `)],
    [
      'fences in shrinking runs',
      [
        ...cut(
          length,
          (run) => `
~~~${'~'.repeat(run)}`,
        ),
      ]
        .reverse()
        .join(''),
    ],
    ['lines indented more and more', cut(length, (run) => `${' '.repeat(run)}- a\n`)],
    ['spaces at the end', `a${' '.repeat(length - 2)}b`],
    [
      'a host outside ASCII',
      `https://${cut(length - 8, (run) => String.fromCodePoint(0x4e00 + (run % 20_000)))}`,
    ],
    ['stacked marks in reverse order', `a${'\u0301'.repeat(length / 2)}${'\u0316'.repeat(length / 2 - 1)}`],
  ]);
}

function cut(length: number, part: (run: number) => string): string {
  let text = '';
  for (let run = 1; text.length < length; run += 1) text += part(run);
  return text.slice(0, length);
}

/** Prints one line a text: the median, how many times escapeHtml's that is, and the growth at twenty-fold length. */
function printBench(): void {
  for (let round = 0; round < 50; round += 1)
    commentHtml(cut(5_000, (run) => `*a* [b](https://c.d/${run}) > \`e\`\n`));
  console.log(
    '5,000 characters: median ms | x escapeHtml | cleanText ms | ms for 100,000 / ms for 5,000 (linear: 20)',
  );
  const long = worstComments(100_000);
  let worstMs = 0;
  for (const [name, text] of worstComments(5_000)) {
    const ms = medianMs(() => commentHtml(text));
    worstMs = Math.max(worstMs, ms);
    const plainMs = medianMs(() => escapeHtml(text));
    const cleanMs = medianMs(() => cleanText(text));
    const longMs = medianMs(() => commentHtml(long.get(name) ?? ''), 5);
    const figures = [
      ms.toFixed(3),
      `x${(ms / plainMs).toFixed(0)}`,
      cleanMs.toFixed(3),
      (longMs / ms).toFixed(0),
    ];
    console.log(`${figures.map((figure) => figure.padStart(8)).join(' ')}  ${name}`);
  }
  console.log(`slowest: ${worstMs.toFixed(3)} ms (the rule: 50 ms)`);
}

if (import.meta.main) printBench();
