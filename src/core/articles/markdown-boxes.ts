import type { RendererThis, TokenizerThis, Tokens } from 'marked';
import { escapeHtml } from '../platform/safe-html.ts';
import { withDefangedIndicators } from './indicators.ts';

/** GitHub's five alerts, and two of a publication: a box beside the story, and a sentence pulled out of it. */
const KINDS = ['note', 'tip', 'important', 'warning', 'caution', 'aside', 'pull'] as const;
const BOX = new RegExp(
  String.raw`^ {0,3}> ?\[!(${KINDS.join('|')})\][ \t]*([^\n]*)(?:\n|$)((?: {0,3}>[^\n]*(?:\n|$))*)`,
  'i',
);

/** `> [!WARNING]` or `> [!ASIDE] Its title`, then quoted lines. */
export const box = {
  name: 'box',
  level: 'block' as const,
  start: (source: string) => /^ {0,3}> ?\[!/m.exec(source)?.index,
  tokenizer(this: TokenizerThis, source: string) {
    const match = BOX.exec(source);
    if (!match) return undefined;
    const [raw, kind = '', title = '', lines = ''] = match;
    const text = lines.replace(/^ {0,3}> ?/gm, '');
    return {
      type: 'box',
      raw,
      kind: kind.toLowerCase(),
      title: withDefangedIndicators(title.trim()),
      tokens: this.lexer.blockTokens(text, []),
    };
  },
  renderer(this: RendererThis, { kind, title, tokens = [] }: Tokens.Generic) {
    const content = this.parser.parse(tokens);
    if (kind === 'pull') return `<blockquote class="pull">\n${content}</blockquote>\n`;
    const words = String(title) || (kind === 'aside' ? '' : kind.charAt(0).toUpperCase() + kind.slice(1));
    const heading = words && `<p class="title">${escapeHtml(words)}</p>\n`;
    return `<div class="admonition ${kind}">\n${heading}${content}</div>\n`;
  },
};
