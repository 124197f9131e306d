import { DOMParser, type Element } from '@xmldom/xmldom';
import { ATOM_RULES } from './feed-rules/atom.ts';
import { RSS } from './feed-rules/rss.ts';
import { ATOM, childrenOf, type Rules, XHTML } from './feed-rules/rules.ts';
import { type Finding, languageFindings } from './feed-rules/values.ts';

/** What is wrong, by the name that the W3C's feed validator gives it, and where, such as `rss/channel/item/guid`. */
export interface FeedFault {
  at: string;
  finding: Finding;
}

const RULES: Rules = [...RSS, ...ATOM_RULES];
const PREFIXES: Record<string, string> = {
  [ATOM]: 'atom:',
  'http://purl.org/rss/1.0/modules/content/': 'content:',
  'http://purl.org/syndication/thread/1.0': 'thr:',
};

/** Judges an RSS 2.0 or Atom 1.0 feed by those of the W3C's rules that concern what feeds of ours hold. */
export function feedFaults(xml: string): FeedFault[] {
  const root = rootOf(xml);
  if (!root) return [{ at: '', finding: 'SAXError' }];
  if (root.localName === 'feed' && root.namespaceURI !== ATOM)
    return [{ at: 'feed', finding: 'InvalidNamespace' }];
  const bad = /[\x80-\x9f\ufffd]/.test(xml) ? [{ at: '', finding: 'BadCharacters' }] : [];
  return [...bad, ...faultsIn(root, '', xml.split('\n'))];
}

function faultsIn(element: Element, above: string, lines: readonly string[]): FeedFault[] {
  const at = above + nameOf(element);
  const source = lines[(element.lineNumber ?? 1) - 1] ?? '';
  const language = element.getAttribute('xml:lang');
  const findings = [
    ...(language ? languageFindings(language) : []),
    ...RULES.flatMap(([path, ...rules]) =>
      path.test(at) ? rules.flatMap((rule) => rule(element, source)) : [],
    ),
  ];
  const inner = element.namespaceURI === XHTML ? [] : childrenOf(element);
  return [
    ...findings.map((finding) => ({ at, finding })),
    ...inner.flatMap((child) => faultsIn(child, `${at}/`, lines)),
  ];
}

/** Elements of the feed's own format go by their name, others with a prefix. */
function nameOf(element: Element): string {
  const { namespaceURI, localName, nodeName, ownerDocument } = element;
  if (namespaceURI === ownerDocument?.documentElement?.namespaceURI) return localName ?? '';
  const prefix = PREFIXES[namespaceURI ?? ''];
  return prefix ? prefix + localName : nodeName;
}

/** The root of well-formed XML 1.0. */
function rootOf(xml: string): Element | null {
  if (ILLEGAL.test(xml)) return null;
  const onError = (level: string, message: string) => {
    if (level !== 'warning') throw new Error(message);
  };
  try {
    return new DOMParser({ onError }).parseFromString(xml, 'application/xml').documentElement;
  } catch {
    return null;
  }
}

/** What is no Char of XML 1.0, section 2.2. */
const ILLEGAL = /[[\p{Cc}--[\t\n\r\x7f-\x9f]]\p{Cs}\uFFFE\uFFFF]/v;
