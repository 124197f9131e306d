import { Marked, type Tokens } from 'marked';
import sanitize from 'sanitize-html';
import { escapeHtml, type SafeHtml } from '../platform/safe-html.ts';
import { highlightedCode } from './highlight.ts';

/** The one list of what an article may consist of. */
const ALLOWED: sanitize.IOptions = {
  allowedTags: [
    ...[
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'p',
      'a',
      'em',
      'strong',
      'del',
      'code',
      'pre',
      'blockquote',
      'ul',
      'ol',
      'li',
    ],
    ...[
      'table',
      'thead',
      'tbody',
      'tr',
      'th',
      'td',
      'img',
      'figure',
      'figcaption',
      'hr',
      'br',
      'sup',
      'sub',
      'span',
    ],
    ...['abbr', 'kbd', 'mark', 'dl', 'dt', 'dd', 'details', 'summary', 'input', 'cite', 'q', 's', 'small'],
  ],
  allowedAttributes: {
    '*': ['id', 'lang', 'dir'],
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height', 'loading', 'decoding'],
    code: ['class'],
    span: ['class'],
    ol: ['start'],
    th: ['align', 'scope'],
    td: ['align'],
    abbr: ['title'],
    input: ['type', 'checked', 'disabled', 'aria-label'],
  },
  allowedClasses: { code: [/^language-[\w-]+$/], span: [/^tok-[\w-]+$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: 50,
  transformTags: { h1: 'h2' },
  // A form control may stand in an article only as the box of a task list.
  exclusiveFilter: (frame) => frame.tag === 'input' && frame.attribs.type !== 'checkbox',
};

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    code({ text, lang }: Tokens.Code) {
      const language = /^[\w-]+/.exec(lang ?? '')?.[0];
      const name = language ? ` class="language-${language}"` : '';
      return `<pre><code${name}>${highlightedCode(text, language)}</code></pre>\n`;
    },
    heading({ tokens, depth, text }: Tokens.Heading) {
      return `<h${depth} id="${escapeHtml(anchorOf(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    checkbox({ checked }: Tokens.Checkbox) {
      return `<input type="checkbox" disabled${checked ? ' checked' : ''} aria-label="${checked ? 'Done' : 'To do'}"> `;
    },
    image({ href, title, text }: Tokens.Image) {
      const hint = title ? ` title="${escapeHtml(title)}"` : '';
      return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}"${hint} loading="lazy" decoding="async">`;
    },
  },
});

/**
 * Renders a document of content/: GitHub's Markdown, code coloured by classes, then the sanitizer.
 *
 * @throws RangeError on text nested so deeply that the parser gives up
 */
export function renderMarkdown(source: string): SafeHtml {
  return sanitize(marked.parse(source) as string, ALLOWED) as SafeHtml;
}

/** The same HTML with every address made whole, for feeds and letters. */
export function withAbsoluteUrls(html: SafeHtml, base: URL): SafeHtml {
  const whole = (value: string) => (URL.canParse(value, base) ? new URL(value, base).href : value);
  return html.replace(
    /(<(?:a|img)\b[^>]*?\s(?:href|src)=")([^"]*)"/g,
    (_all, before: string, value: string) => `${before}${escapeHtml(whole(value.replaceAll('&amp;', '&')))}"`,
  ) as SafeHtml;
}

/** About how many words a text has. */
export function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{N}’'-]+/gu)?.length ?? 0;
}

function anchorOf(heading: string): string {
  const words = heading
    .toLowerCase()
    .replace(/<[^>]*>/g, '')
    .match(/[\p{L}\p{N}]+/gu);
  return `h-${words?.join('-') ?? 'section'}`;
}
