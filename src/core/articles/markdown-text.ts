import type { Token, Tokens } from 'marked';
import { defanged } from './indicators.ts';

/** After these a new line begins; an `html` and a `text` may also stand in a line. */
const BLOCKS = new Set(['paragraph', 'heading', 'code', 'blockquote', 'list_item', 'box', 'table', 'br']);

/** What a reader sees of parsed Markdown, a line a block; of a picture the words that stand for it. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (isBlock(token) ? `${wordsOf(token)}\n` : wordsOf(token))).join('');
}

function isBlock(token: Token): boolean {
  if (token.type === 'html') return (token as Tokens.HTML).block;
  return BLOCKS.has(token.type) || (token.type === 'text' && (token as Tokens.Text).tokens !== undefined);
}

function wordsOf(token: Token): string {
  switch (token.type) {
    case 'indicator':
      return defanged(String((token as Tokens.Generic).value));
    case 'list':
      return textOf((token as Tokens.List).items);
    case 'table':
      return rowsOf(token as Tokens.Table);
    case 'box':
      return `${(token as Tokens.Generic).title}\n${textOf(token.tokens ?? [])}`;
    case 'code':
    case 'codespan':
    case 'image':
      return (token as Tokens.Code).text;
    case 'html':
      return withoutTags((token as Tokens.HTML).text);
    case 'def':
    case 'checkbox':
    case 'space':
      return '';
    default:
      return 'tokens' in token && token.tokens
        ? textOf(token.tokens)
        : withoutEntities((token as Tokens.Text).text ?? '');
  }
}

function rowsOf({ header, rows }: Tokens.Table): string {
  return [header, ...rows].map((row) => row.map((cell) => textOf(cell.tokens)).join(' ')).join('\n');
}

function withoutTags(html: string): string {
  return withoutEntities(html.replace(/<!--.*?-->|<[^<>]*>/gs, ''));
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The entities that writers of Markdown use; others stay as they were written. */
function withoutEntities(text: string): string {
  return text.replace(/&(?:([a-z]{2,4})|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (all, name, decimal, hex) => {
    if (name) return ENTITIES[String(name).toLowerCase()] ?? all;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
