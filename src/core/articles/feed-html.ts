import sanitize from 'sanitize-html';
import type { SafeHtml } from '../platform/safe-html.ts';

/**
 * HTML of ours as a feed reader understands it: without our classes, controls and variants of pictures, and with
 * every address whole. The W3C's validator calls nothing in it a risk.
 */
export function feedHtml(html: string, base: URL): SafeHtml {
  return sanitize(html.replace(COLOURED, '$1'), {
    ...KEPT,
    transformTags: { ...PLAINER, ...withWholeAddresses(base) },
  }) as SafeHtml;
}

const BLOCKS = 'h2 h3 h4 h5 h6 p pre blockquote ul ol li dl dt dd hr div figure figcaption'.split(' ');
const TABLES = 'table thead tbody tr th td'.split(' ');
const INLINES = 'a em strong del s code kbd br sup sub abbr mark cite q small span time img'.split(' ');

const KEPT: sanitize.IOptions = {
  allowedTags: [...BLOCKS, ...TABLES, ...INLINES],
  allowedAttributes: {
    '*': ['lang', 'dir'],
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    ol: ['start'],
    th: ['align', 'scope'],
    td: ['align'],
    abbr: ['title'],
    time: ['datetime'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: 50,
};

/** A coloured piece of code: without its class the tag says nothing. */
const COLOURED = /<span class="tok-[\w-]+">([^<]*)<\/span>/g;

const PLAINER: Record<string, sanitize.Transformer> = {
  div: (tagName, attribs) => ({
    tagName: attribs.class?.includes('admonition') ? 'blockquote' : tagName,
    attribs,
  }),
  p: (tagName, attribs) => ({ tagName: attribs.class === 'title' ? 'strong' : tagName, attribs }),
  input: (_, attribs) => ({ tagName: 'span', attribs: {}, text: attribs.checked === undefined ? '☐' : '☑' }),
  details: sanitize.simpleTransform('div', {}),
  summary: sanitize.simpleTransform('strong', {}),
};

function withWholeAddresses(base: URL): Record<string, sanitize.Transformer> {
  const whole = (name: 'href' | 'src') => (tagName: string, attribs: sanitize.Attributes) => {
    const value = attribs[name];
    return {
      tagName,
      attribs:
        value && URL.canParse(value, base) ? { ...attribs, [name]: new URL(value, base).href } : attribs,
    };
  };
  return { a: whole('href'), img: whole('src') };
}
