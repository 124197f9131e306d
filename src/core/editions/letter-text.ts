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
  readonly #blocks: string[] = [];
  readonly #lists: number[] = [];
  readonly #links: { href: string; from: number }[] = [];
  #line = '';
  /** What the next block begins with: the mark of a list's item. */
  #mark = '';
  #quotes = 0;
  #isVerbatim = false;

  constructor(base: string) {
    this.#base = base;
  }

  words(text: string): void {
    this.#line += this.#isVerbatim ? text : text.replace(/\s+/g, ' ');
  }

  begin(name: string, attributes: string): void {
    if (BLOCKS.test(name)) this.#endBlock();
    if (name === 'ul') this.#lists.push(Number.NaN);
    else if (name === 'ol') this.#lists.push(Number(attributeOf(attributes, 'start') || 1));
    else if (name === 'li') this.#mark = this.#nextMark();
    else if (name === 'blockquote') this.#quotes++;
    else if (name === 'pre') this.#isVerbatim = true;
    else if (name === 'br') this.#line += '\n';
    else if (name === 'hr') this.#line = '* * *';
    else if (name === 'img') this.#line += `[Picture: ${attributeOf(attributes, 'alt')}]`;
    else if (name === 'input') this.#line += attributes.includes('checked') ? '[x] ' : '[ ] ';
    else if (name === 'a')
      this.#links.push({ href: attributeOf(attributes, 'href'), from: this.#line.length });
  }

  end(name: string): void {
    if (name === 'a') this.#endLink();
    else if (name === 'td' || name === 'th') this.#line += ' | ';
    else if (BLOCKS.test(name)) this.#endBlock();
    if (name === 'ul' || name === 'ol') this.#lists.pop();
    else if (name === 'blockquote') this.#quotes--;
    else if (name === 'pre') this.#isVerbatim = false;
  }

  text(): string {
    this.#endBlock();
    return this.#blocks.join('\n\n').replace(/\n\n(?=\s*(?:- |\d+\. ))/g, '\n');
  }

  #endLink(): void {
    const { href = '', from = 0 } = this.#links.pop() ?? {};
    const shown = this.#line.slice(from);
    if (href === '' || href.startsWith('#') || !URL.canParse(href, this.#base)) return;
    const address = new URL(href, this.#base).href;
    if (shown !== address && `mailto:${shown}` !== address) this.#line += ` (${address})`;
  }

  #endBlock(): void {
    const line = this.#isVerbatim ? this.#line.trimEnd() : this.#line.replace(/[ |]+$/, '').trim();
    this.#line = '';
    if (line === '') return;
    const quote = '> '.repeat(this.#quotes);
    const depth = Math.max(0, this.#lists.length - 1);
    const first = `${quote}${'  '.repeat(depth)}${this.#mark}`;
    const others = `${quote}${' '.repeat(first.length - quote.length || (this.#lists.length > 0 ? 2 : 0))}`;
    this.#mark = '';
    const lines = this.#isVerbatim
      ? line.split('\n').map((one) => `    ${one}`)
      : broken(line, 72 - others.length);
    this.#blocks.push(lines.map((one, index) => (index === 0 ? first : others) + one).join('\n'));
  }

  #nextMark(): string {
    const number = this.#lists.at(-1) ?? Number.NaN;
    if (Number.isNaN(number)) return '- ';
    this.#lists[this.#lists.length - 1] = number + 1;
    return `${number}. `;
  }
}

function broken(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapped(line.trim(), width).split('\n'));
}

function attributeOf(attributes: string, name: string): string {
  return unescapedHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}
