import type { Attributes, IOptions } from 'sanitize-html';

const BLOCKS = 'h2 h3 h4 h5 h6 p pre blockquote ul ol li dl dt dd hr div section'.split(' ');
const TABLES = 'table thead tbody tr th td'.split(' ');
const MEDIA = 'img figure figcaption details summary input'.split(' ');
const INLINES = 'a em strong del s code kbd span br sup sub abbr mark cite q small'.split(' ');

/** The one list of what an article may consist of, whoever wrote the HTML: our renderer or the writer. */
export const ALLOWED: IOptions = {
  allowedTags: [...BLOCKS, ...TABLES, ...MEDIA, ...INLINES],
  allowedAttributes: {
    '*': ['id', 'lang', 'dir'],
    a: ['href', 'title', 'rel', 'aria-label'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    ol: ['start'],
    th: ['scope'],
    abbr: ['title'],
    input: ['type', 'checked', 'disabled', 'aria-label'],
    div: ['role', 'aria-label', 'tabindex'],
    section: ['aria-label'],
  },
  allowedClasses: {
    code: [/^language-[\w-]+$/, 'ioc'],
    span: [/^tok-[\w-]+$/],
    div: ['admonition', 'note', 'tip', 'important', 'warning', 'caution', 'aside', 'table'],
    p: ['title'],
    blockquote: ['pull'],
    section: ['footnotes'],
    sup: ['fn'],
    th: ['center', 'right'],
    td: ['center', 'right'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: 50,
  transformTags: {
    h1: 'h2', // the title of the page is the only h1
    a: trimmed('href'),
    img: trimmed('src'),
    th: alignedByClass,
    td: alignedByClass,
  },
  // A form control may stand in an article only as the box of a task list.
  exclusiveFilter: (frame) => frame.tag === 'input' && frame.attribs.type !== 'checkbox',
};

/** HTML has done away with `align`, which GitHub's tables are made with. */
function alignedByClass(tagName: string, { align, ...attribs }: Attributes) {
  return { tagName, attribs: align === undefined ? attribs : { ...attribs, class: align } };
}

/** Blanks of other scripts before a scheme hide it from the list above; no browser falls for it, but some reader may. */
function trimmed(name: 'href' | 'src') {
  return (tagName: string, attribs: Attributes) => {
    const { [name]: address } = attribs;
    return { tagName, attribs: address === undefined ? attribs : { ...attribs, [name]: address.trim() } };
  };
}
