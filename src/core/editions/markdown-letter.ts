import sanitize from 'sanitize-html';
import { renderMarkdown } from '../articles/markdown.ts';
import { HAIRLINE, INK, MONO, SANS, SERIF, SHADE } from '../mail/letter-look.ts';
import { asSafeHtml, type SafeHtml } from '../platform/safe-html.ts';

/** Markdown as a letter shows it: the house's own rendering, its looks in each element, every address whole. */
export function markdownInLetter(source: string, base: string): SafeHtml {
  return asSafeHtml(sanitize(renderMarkdown(source).html, { ...KEPT, transformTags: transformers(base) }));
}

const STYLES: Record<string, string> = {
  p: 'margin:0 0 16px',
  h2: `margin:26px 0 8px;font:700 23px/1.25 ${SERIF}`,
  h3: `margin:22px 0 6px;font:700 19px/1.3 ${SERIF}`,
  ul: 'margin:0 0 16px;padding:0 0 0 22px',
  ol: 'margin:0 0 16px;padding:0 0 0 22px',
  li: 'margin:0 0 6px',
  blockquote: `margin:0 0 16px;padding:2px 0 2px 16px;border-left:3px solid ${HAIRLINE}`,
  pre: `margin:0 0 16px;padding:12px 14px;background-color:${SHADE};font:14px/1.5 ${MONO};white-space:pre-wrap`,
  code: `font:15px/1.4 ${MONO}`,
  hr: `margin:24px 0;border:0;border-top:1px solid ${HAIRLINE}`,
  table: 'margin:0 0 16px;border-collapse:collapse',
  th: `padding:6px 12px 6px 0;border-bottom:1px solid ${HAIRLINE};text-align:left;font:700 15px/1.4 ${SANS}`,
  td: `padding:6px 12px 6px 0;border-bottom:1px solid ${HAIRLINE};vertical-align:top`,
  img: 'display:block;max-width:100%;height:auto;margin:0 0 8px;border:0',
  small: `font:13px/1.5 ${SANS}`,
};
const CLASSES: Record<string, string> = {
  a: 'wp-ink',
  h2: 'wp-ink',
  h3: 'wp-ink',
  p: 'wp-ink',
  blockquote: 'wp-line',
  pre: 'wp-shade',
  hr: 'wp-line',
  th: 'wp-line',
  td: 'wp-line',
};
const PLAIN = 'a em strong del s code br sub sup q small div img thead tbody tr'.split(' ');

const KEPT: sanitize.IOptions = {
  allowedTags: [...PLAIN, ...Object.keys(STYLES)],
  allowedAttributes: {
    '*': ['style', 'class', 'lang', 'dir'],
    a: ['href'],
    img: ['src', 'alt', 'width'],
    ol: ['start'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: 50,
};

/** Elements that mail has no use for become the nearest that it has; every other gets its looks. */
function transformers(base: string): Record<string, sanitize.Transformer> {
  const styled = (tagName: string, attribs: sanitize.Attributes = {}) => {
    const { lang, dir = ['p', 'h2', 'h3', 'li'].includes(tagName) ? 'auto' : undefined, start } = attribs;
    const { [tagName]: style } = STYLES;
    const { [tagName]: className } = CLASSES;
    const kept = { style, class: className, lang, dir, start };
    return { tagName, attribs: withoutEmpty({ ...kept, ...ownOf(tagName, attribs, base) }) };
  };
  const become = (to: string) => (_tag: string, attribs: sanitize.Attributes) => styled(to, attribs);
  return {
    '*': styled,
    h4: become('h3'),
    h5: become('h3'),
    h6: become('h3'),
    figure: become('div'),
    figcaption: become('p'),
    section: become('div'),
    details: become('div'),
    summary: become('strong'),
    dl: become('div'),
    dt: become('strong'),
    dd: become('p'),
    kbd: become('code'),
    input: (_tag, { checked }) => ({
      tagName: 'span',
      attribs: {},
      text: checked === undefined ? '☐ ' : '☑ ',
    }),
    p: (_tag, attribs) => styled(attribs.class === 'title' ? 'strong' : 'p', attribs),
    div: (_tag, { class: name = '' }) => styled(name.includes('admonition') ? 'blockquote' : 'div', {}),
  };
}

/** What an element has besides its looks. An anchor on the page leads nowhere in a letter. */
function ownOf(tagName: string, { href, src, alt }: sanitize.Attributes, base: string) {
  if (tagName === 'a')
    return { href: href?.startsWith('#') ? undefined : whole(href, base), style: `color:${INK}` };
  if (tagName === 'img') return { src: whole(src, base), alt: alt ?? '' };
  return {};
}

function whole(address: string | undefined, base: string): string | undefined {
  return address !== undefined && URL.canParse(address, base) ? new URL(address, base).href : undefined;
}

function withoutEmpty(attribs: Record<string, string | undefined>): sanitize.Attributes {
  const given = Object.entries(attribs).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
