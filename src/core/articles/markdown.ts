import { Marked, Parser, Renderer, type RendererObject, type Tokens } from 'marked';
import sanitize from 'sanitize-html';
import { escapeHtml, type SafeHtml, unescapedHtml } from '../platform/safe-html.ts';
import { TimeLimitError, withinTime } from '../platform/time-limit.ts';
import { highlightedCode } from './highlight.ts';
import { defanged, INDICATOR, withDefangedIndicators } from './indicators.ts';
import { ALLOWED } from './markdown-allowed.ts';
import { box } from './markdown-boxes.ts';
import { Footnotes } from './markdown-footnotes.ts';
import { textOf } from './markdown-text.ts';

/** A heading of the text, for a table of contents; `id` is its anchor. */
export interface Heading {
  depth: number;
  id: string;
  text: string;
}

export interface Rendered {
  html: SafeHtml;
  headings: readonly Heading[];
}

/** A text that the renderer cannot take; the message says in which way, for its writer. */
export class MarkdownError extends Error {}

/**
 * A long article takes a few milliseconds. marked is super-linear on hostile text: 58 kB of `_a__b` took 22 s.
 * The second try is for a busy machine that had to compile a language's patterns in the first.
 */
const TRIES_MS = [1000, 2000];
/** Reading for the index stands in nobody's way for longer than this. */
const READING_MS = [250];

/**
 * Renders a document of content/: GitHub's Markdown, footnotes, boxes, indicators, code coloured by classes;
 * then the sanitizer.
 *
 * @throws MarkdownError on text nested too deeply, or that takes seconds
 */
export function renderMarkdown(source: string): Rendered {
  return bounded(() => render(source), TRIES_MS);
}

/**
 * The words of documents as readers see them, without marks; of one that takes too long, as they were written.
 * Several at a time: the guard against hostile text takes longer than reading a plain one.
 */
export function visibleTexts(sources: readonly string[]): string[] {
  const read = () => sources.map((source) => textOf(markedWith(new Footnotes()).lexer(source)));
  try {
    return bounded(read, READING_MS);
  } catch (error) {
    if (!(error instanceof MarkdownError)) throw error;
    return sources.length > 1
      ? sources.flatMap((source) => visibleTexts([source]))
      : sources.map(withDefangedIndicators);
  }
}

function bounded<T>(compute: () => T, tries: readonly number[]): T {
  for (const ms of tries) {
    try {
      return withinTime(ms, compute);
    } catch (error) {
      if (error instanceof RangeError)
        throw new MarkdownError('is nested too deeply: look for a long run of > or of nested lists');
      if (!(error instanceof TimeLimitError)) throw error;
    }
  }
  throw new MarkdownError(
    'takes too long to render: look for a long run of marks such as * _ [ > or of nested lists',
  );
}

function render(source: string): Rendered {
  const headings: Heading[] = [];
  const footnotes = new Footnotes();
  const marked = markedWith(footnotes, rendererOf(headings));
  const tokens = marked.lexer(source);
  const parser = new Parser(marked.defaults);
  const html = parser.parse(tokens) + footnotes.list(parser);
  return { html: sanitize(html, ALLOWED) as SafeHtml, headings };
}

function markedWith(footnotes: Footnotes, renderer: RendererObject = {}): Marked {
  return new Marked({ gfm: true, renderer }, footnotes.extension, { extensions: [box, indicator] });
}

const indicator = {
  name: 'indicator',
  level: 'inline' as const,
  start: (source: string) => source.indexOf(':ioc['),
  tokenizer(source: string) {
    const match = source.startsWith(':ioc[') ? INDICATOR.exec(source) : null;
    return match?.index === 0 ? { type: 'indicator', raw: match[0], value: match[1] ?? '' } : undefined;
  },
  renderer: ({ value }: Tokens.Generic) => `<code class="ioc">${escapeHtml(defanged(String(value)))}</code>`,
};

function rendererOf(headings: Heading[]): RendererObject {
  const known = new Map<string, number>();
  return {
    code({ text, lang }) {
      const language = /^[^\s]+/.exec(lang ?? '')?.[0];
      const name = language ? ` class="language-${escapeHtml(language)}"` : '';
      const code = highlightedCode(text.replace(/\n$/, ''), language); // an indented block brings one along
      return `<pre><code${name}>${code && `${code}\n`}</code></pre>\n`;
    },
    heading({ tokens, depth }) {
      const html = this.parser.parseInline(tokens);
      const text = plainText(html);
      const anchor = anchorOf(text);
      const count = (known.get(anchor) ?? 0) + 1;
      known.set(anchor, count);
      const id = count === 1 ? anchor : `${anchor}-${count}`;
      headings.push({ depth: Math.max(2, depth), id, text });
      return `<h${depth} id="${escapeHtml(id)}">${html}</h${depth}>\n`;
    },
    paragraph({ tokens }) {
      const [only] = tokens;
      return tokens.length === 1 && only?.type === 'image' && figure(only as Tokens.Image);
    },
    table(token) {
      const table = Renderer.prototype.table.call(this, token);
      return `<div class="table" role="region" aria-label="Table" tabindex="0">${table.trimEnd()}</div>\n`;
    },
    checkbox({ checked }) {
      return `<input type="checkbox" disabled${checked ? ' checked' : ''} aria-label="${checked ? 'Done' : 'To do'}"> `;
    },
  };
}

/** A picture that lies beside the document (`./…`) and stands alone: `![what it shows](./a.jpg "Caption | Credit")`. */
function figure({ href, title, text }: Tokens.Image): string | false {
  if (!href.startsWith('./')) return false;
  const [caption = '', ...credit] = withDefangedIndicators(title ?? '').split(' | ');
  const small = credit.length > 0 ? ` <small>${escapeHtml(credit.join(' | '))}</small>` : '';
  const words = title ? `<figcaption>${escapeHtml(caption)}${small}</figcaption>` : '';
  return `<figure><img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">${words}</figure>\n`;
}

/** The words of a piece of our own HTML. */
function plainText(html: string): string {
  return unescapedHtml(html.replace(/<[^>]*>/g, '')).trim();
}

function anchorOf(heading: string): string {
  return `h-${
    heading
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.join('-') ?? 'section'
  }`;
}
