import type { Element } from '@xmldom/xmldom';
import {
  attribute,
  children,
  childrenNamed,
  childrenOf,
  filled,
  type Rule,
  type Rules,
  text,
  unique,
  XHTML,
} from './rules.ts';
import * as values from './values.ts';

const authored: Rule = (entry) => {
  const has = (element: Element | undefined) => element && childrenNamed(element, 'author').length > 0;
  const places = [entry, entry.parentNode as Element, childrenNamed(entry, 'source')[0]];
  return places.some(has) ? [] : ['MissingElement'];
};

const distinctAlternates: Rule = (element) => {
  const keys = alternatesOf(element).map(
    (link) => `${link.getAttribute('type')} ${link.getAttribute('hreflang')}`,
  );
  return new Set(keys).size < keys.length ? ['DuplicateAtomLink'] : [];
};

const selfLinked: Rule = (element) =>
  childrenNamed(element, 'link').some((link) => relationOf(link) === 'self') ? [] : ['MissingSelf'];

const withContent: Rule = (entry) => {
  const [content] = childrenNamed(entry, 'content');
  if (childrenNamed(entry, 'summary').length > 0) return [];
  const type = content?.getAttribute('type') ?? '';
  const isBinary = type.includes('/') && !/^text\/|[+/]xml$/.test(type);
  if (content) return content.hasAttribute('src') || isBinary ? ['MissingSummary'] : [];
  return alternatesOf(entry).length > 0
    ? ['MissingTextualContent']
    : ['MissingContentOrAlternate', 'MissingTextualContent'];
};

/** A text construct; content may be of any media type besides. */
const construct =
  (isContent: boolean): Rule =>
  (element, source) => {
    const type = element.getAttribute('type') || 'text';
    const value = element.textContent ?? '';
    const [child] = childrenOf(element);
    const inner = child && !/^xhtml$|[+/]xml$/.test(type) ? ['UndefinedElement'] : [];
    if (type === 'html') return [...inner, ...values.htmlFindings(value)];
    if (type === 'xhtml') return xhtmlFindings(child);
    if (type !== 'text') return isContent ? [...inner, ...values.mimeFindings(type)] : ['InvalidTextType'];
    const isHtml = values.textFindings(value, source).includes('ContainsHTML');
    return isHtml && !child ? ['ContainsUndeclaredHTML'] : inner;
  };

function xhtmlFindings(child: Element | undefined): string[] {
  if (child?.localName === 'div' && child.namespaceURI === XHTML) return [];
  return child?.localName === 'div' ? ['NotHtml', 'MissingXhtmlDiv'] : ['MissingXhtmlDiv'];
}

const RELATIONS = new RegExp(
  '^(?:alternate|current|describedby|edit|edit-media|enclosure|first|hub|last|license|next|next-archive|payment|' +
    'prev-archive|previous|related|replies|search|self|service|up|via)$',
);
const OF_A_FEED = /^(?:current|first|last|next|next-archive|prev-archive|previous)$/;

const relation: Rule = (link) => {
  const rel = relationOf(link);
  const root = link.ownerDocument?.documentElement;
  const isRelative = !link.getAttribute('href')?.includes('://') && !root?.hasAttribute('xml:base');
  return [
    ...(RELATIONS.test(rel) || values.uriFindings(rel).length === 0 ? [] : ['UnregisteredAtomLinkRel']),
    ...(rel === 'self' && isRelative ? ['RelativeSelf'] : []),
    ...(OF_A_FEED.test(rel) && link.parentNode?.nodeName === 'entry' ? ['FeedHistoryRelInEntry'] : []),
  ];
};

function alternatesOf(element: Element): Element[] {
  return childrenNamed(element, 'link').filter((link) => relationOf(link) === 'alternate');
}

function relationOf(link: Element): string {
  return link.getAttribute('rel')?.replace('http://www.iana.org/assignments/relation/', '') || 'alternate';
}

const reference = (value: string) => values.uriFindings(value, false);
const count = (value: string) => values.integerFindings(value, 0);
const NAMED = 'subtitle? icon? logo? generator? rights? author* contributor* category* link*';

/** Atom 1.0 (RFC 4287) and threads (RFC 4685); links and threads may stand in RSS too. */
export const ATOM_RULES: Rules = [
  [
    /^feed$/,
    children(`id1 title1 updated1 ${NAMED} entry*`),
    distinctAlternates,
    unique('id', 'DuplicateEntries'),
    selfLinked,
  ],
  [
    /^feed\/entry$/,
    children(
      'id1 title1 updated1 published? content? summary? source? rights? author* contributor* category* link*',
    ),
    authored,
    distinctAlternates,
    withContent,
  ],
  [/^feed\/entry\/source$/, children(`id? title? updated? ${NAMED}`), distinctAlternates],
  [/^feed\/(?:entry\/(?:source\/)?)?(?:title|subtitle|summary|rights)$/, construct(false)],
  [/^feed\/(?:entry\/)?(?:title|subtitle|summary)$/, filled],
  [/^feed\/entry\/content$/, construct(true), attribute('src', reference)],
  [/^feed\/entry\/content$/, (element) => (element.hasAttribute('src') ? [] : filled(element, ''))],
  [/^feed\/(?:entry\/)?id$/, text(values.idFindings)],
  [/^feed\/(?:entry\/)?(?:updated|published)$/, text(values.rfc3339Findings)],
  [/^feed\/(?:entry\/)?(?:author|contributor)$/, children('name1 uri? email?')],
  [/^feed\/(?:entry\/)?(?:author|contributor)\/name$/, filled],
  [/^feed\/(?:entry\/)?(?:author|contributor)\/uri$|^feed\/(?:icon|logo)$/, text(reference)],
  [/^feed\/(?:entry\/)?(?:author|contributor)\/email$/, text(values.mailFindings)],
  [
    /^feed\/(?:entry\/)?category$/,
    attribute('term', (value) => (value ? [] : ['NotBlank']), 'MissingAttribute'),
    attribute('scheme', values.uriFindings),
  ],
  [/^feed\/generator$/, attribute('uri', reference)],
  [
    /^feed\/(?:entry\/)?link$|\/atom:link$/,
    relation,
    attribute('href', reference, 'MissingHref'),
    attribute('type', values.mimeFindings),
    attribute('hreflang', values.languageFindings),
    attribute('title', (value) => (/<\/\w+>/.test(value) ? ['ContainsHTML'] : [])),
    attribute('thr:count', count),
  ],
  [
    /\/thr:in-reply-to$/,
    attribute('ref', values.uriFindings, 'MissingAttribute'),
    attribute('href', reference),
    attribute('type', values.mimeFindings),
  ],
  [/\/thr:total$/, text(count)],
  [/\/thr:(?!in-reply-to$|total$)/, () => ['UndefinedElement']],
];
