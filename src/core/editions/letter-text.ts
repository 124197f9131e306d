import { renderMarkdown } from '../articles/markdown.ts';
import { wrapped } from '../mail/letter-layout.ts';
import { unescapedHtml } from '../platform/safe-html.ts';

/** Markdown as the text part of a letter says it: lines of prose, addresses written out, nothing lost but the looks. */
export function markdownAsText(source: string, base: string): string {
  const writer = new TextWriter(base);
  for (const [, end, name = '', attributes = '', text = ''] of renderMarkdown(source).html.matchAll(PIECES)) {
    if (name === '') writer.words(unescapedHtml(text).replaceAll('\u00a0', ' '));
    else if (end) writer.end(name);
    else writer.begin(name, attributes);
  }
  return writer.text();
}

/** Our renderer's own HTML: every tag closed, every attribute quoted, every `<` of a text escaped. */
const PIECES = /<(\/?)([a-z][a-z0-9]*)((?:\s[^>]*)?)>|([^<]+)/g;
const BLOCKS =
  /^(?:p|h[2-6]|pre|blockquote|ul|ol|li|dl|dt|dd|div|section|figure|figcaption|details|summary|table|tr|hr)$/;

class TextWriter {
  readonly #base: string;
  readonly #blocks: { text: string; kind: 'item' | 'row' | 'block' }[] = [];
  readonly #lists: number[] = [];
  readonly #links: { href: string; from: number }[] = [];
  #line = '';
  /** What the next block begins with: the mark of a list's item. */
  #mark = '';
  /** Of each open quotation and box: whether its lines are quoted. */
  readonly #quotes: boolean[] = [];
  #within: 'pre' | 'tr' | '' = '';

  constructor(base: string) {
    this.#base = base;
  }

  words(text: string): void {
    this.#line += this.#within === 'pre' ? text : text.replace(/\s+/g, ' ');
  }

  begin(name: string, attributes: string): void {
    if (BLOCKS.test(name)) this.#endBlock();
    switch (name) {
      case 'ul':
      case 'ol':
        this.#lists.push(name === 'ul' ? Number.NaN : Number(attributeOf(attributes, 'start') || 1));
        break;
      case 'li':
        this.#mark = this.#nextMark();
        break;
      case 'blockquote':
      case 'div':
        this.#quotes.push(name === 'blockquote' || attributes.includes('admonition'));
        break;
      case 'pre':
      case 'tr':
        this.#within = name;
        break;
      case 'a':
        this.#links.push({ href: attributeOf(attributes, 'href'), from: this.#line.length });
        break;
      default:
        this.#line += standIn(name, attributes);
    }
  }

  end(name: string): void {
    if (name === 'a') this.#endLink();
    else if (name === 'td' || name === 'th') this.#line += ' | ';
    else if (BLOCKS.test(name)) this.#endBlock();
    if (name === 'ul' || name === 'ol') this.#lists.pop();
    else if (name === 'blockquote' || name === 'div') this.#quotes.pop();
    else if (name === 'pre' || name === 'tr') this.#within = '';
  }

  text(): string {
    this.#endBlock();
    return this.#blocks
      .map(({ text, kind }, index) => {
        const isNext = kind !== 'block' && this.#blocks[index - 1]?.kind === kind;
        return `${index === 0 ? '' : isNext ? '\n' : '\n\n'}${text}`;
      })
      .join('');
  }

  #endLink(): void {
    const { href = '', from = 0 } = this.#links.pop() ?? {};
    const shown = this.#line.slice(from);
    if (href === '' || href.startsWith('#') || !URL.canParse(href, this.#base)) return;
    const address = new URL(href, this.#base).href;
    if (shown !== address && `mailto:${shown}` !== address) this.#line += ` <${address}>`;
  }

  #endBlock(): void {
    const isVerbatim = this.#within === 'pre';
    const line = isVerbatim ? this.#line.trimEnd() : this.#line.replace(/[ |]+$/, '').trim();
    this.#line = '';
    if (line === '') return;
    const quote = '> '.repeat(this.#quotes.filter(Boolean).length);
    const first = `${quote}${'  '.repeat(Math.max(0, this.#lists.length - 1))}${this.#mark}`;
    const inset = this.#mark ? first.length - quote.length : 2 * this.#lists.length;
    const others = quote + ' '.repeat(inset);
    const lines = isVerbatim ? line.split('\n').map((one) => `    ${one}`) : broken(line, 72 - others.length);
    const kind = this.#mark ? 'item' : this.#within === 'tr' ? 'row' : 'block';
    const text = lines.map((one, index) => (index === 0 && this.#mark ? first : others) + one).join('\n');
    this.#blocks.push({ text, kind });
    this.#mark = '';
  }

  #nextMark(): string {
    const number = this.#lists.at(-1) ?? Number.NaN;
    if (Number.isNaN(number)) return '- ';
    this.#lists[this.#lists.length - 1] = number + 1;
    return `${number}. `;
  }
}

/** What an element that is no text leaves in one. */
function standIn(name: string, attributes: string): string {
  if (name === 'br') return '\n';
  if (name === 'hr') return '* * *';
  if (name === 'img') return `[Picture: ${attributeOf(attributes, 'alt')}]`;
  if (name === 'input') return attributes.includes('checked') ? '[x] ' : '[ ] ';
  return '';
}

function broken(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapped(line.trim(), width).split('\n'));
}

function attributeOf(attributes: string, name: string): string {
  return unescapedHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}
