import type { Element } from '@xmldom/xmldom';
import { type Finding, textFindings } from './values.ts';

export const ATOM = 'http://www.w3.org/2005/Atom';
export const XHTML = 'http://www.w3.org/1999/xhtml';

/** Judges one element; `source` is the line on which it begins, as it was written. */
export type Rule = (element: Element, source: string) => Finding[];
type ValueRule = (value: string) => Finding[];

/** Which rules hold for the elements whose path, from the root, matches. */
export type Rules = readonly (readonly [path: RegExp, ...rules: Rule[]])[];

export const text =
  (rule: ValueRule): Rule =>
  (element) =>
    rule(element.textContent ?? '');

export const attribute =
  (name: string, rule: ValueRule, missing?: Finding): Rule =>
  (element) => {
    if (!element.hasAttribute(name)) return missing ? [missing] : [];
    return rule(element.getAttribute(name) ?? '');
  };

export const filled: Rule = (element) =>
  element.textContent?.trim() || childrenOf(element).length > 0 ? [] : ['NotBlank'];

export const plain: Rule = (element, source) =>
  childrenOf(element).length > 0 ? ['UndefinedElement'] : textFindings(element.textContent ?? '', source);

const MISSING: Record<string, Finding> = {
  'channel title': 'MissingTitle',
  'channel link': 'MissingLink',
  'channel description': 'MissingDescription',
};

/** Children of the element's own namespace, in any order: `name1` exactly one, `name?` at most one, `name*` any. */
export const children =
  (allowed: string): Rule =>
  (element) => {
    const own = childrenOf(element).filter(({ namespaceURI }) => namespaceURI === element.namespaceURI);
    const names = own.map(({ localName }) => localName ?? '');
    const known = new Map(allowed.split(' ').map((word) => [word.slice(0, -1), word.at(-1)]));
    const found: Finding[] = names.filter((name) => !known.has(name)).map(() => 'UndefinedElement');
    for (const [name, count] of known) {
      const { length } = names.filter((one) => one === name);
      if (length > 1 && count !== '*') found.push('DuplicateElement');
      if (length === 0 && count === '1')
        found.push(MISSING[`${element.localName} ${name}`] ?? 'MissingElement');
    }
    return found;
  };

/** No two children hold a grandchild of this name and the same text. */
export const unique =
  (name: string, finding: Finding): Rule =>
  (element) => {
    const given = childrenOf(element).flatMap((child) => childrenNamed(child, name));
    return new Set(given.map((one) => one.textContent)).size < given.length ? [finding] : [];
  };

export function childrenOf(element: Element): Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === 1);
}

export function childrenNamed(element: Element, name: string): Element[] {
  return childrenOf(element).filter(
    (child) => child.localName === name && child.namespaceURI === element.namespaceURI,
  );
}
