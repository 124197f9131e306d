import {
  ATOM,
  attribute,
  children,
  childrenNamed,
  childrenOf,
  filled,
  plain,
  type Rule,
  type Rules,
  text,
  unique,
} from './rules.ts';
import * as values from './values.ts';

const item: Rule = (element) => {
  const has = (name: string) => childrenNamed(element, name).length > 0;
  const order = childrenOf(element).map((child) => child.localName);
  const full = order.indexOf('encoded');
  const isLate = full !== -1 && !order.slice(0, full).includes('description');
  return [
    ...(has('title') || has('description') ? [] : ['ItemMustContainTitleOrDescription']),
    ...(has('guid') ? [] : ['MissingGuid']),
    ...(isLate ? ['NeedDescriptionBeforeContent'] : []),
  ];
};

const guid: Rule = (element) => {
  const value = element.textContent ?? '';
  const flag = element.getAttribute('isPermaLink') || 'true';
  if (flag !== 'true' && flag !== 'false') return ['InvalidBooleanAttribute'];
  if (flag === 'false') return /^\d{1,8}$/.test(value) ? ['NotSufficientlyUnique'] : [];
  if (/^(?:tag|urn):/.test(value)) return ['InvalidPermalink'];
  return values.uriFindings(value).length > 0 ? ['InvalidHttpGUID'] : [];
};

const selfLinked: Rule = (element) => {
  const links = childrenOf(element).filter(
    ({ localName, namespaceURI }) => localName === 'link' && namespaceURI === ATOM,
  );
  return links.some((link) => link.getAttribute('rel') === 'self') ? [] : ['MissingAtomSelfLink'];
};

const version = (value: string) => (/^(?:0\.9[0-4]|2\.0)/.test(value) ? [] : ['InvalidRSSVersion']);

const CHANNEL =
  'title1 link1 description1 language? copyright? managingEditor? webMaster? pubDate? lastBuildDate? category* ' +
  'generator? docs? cloud? ttl? image? rating? textInput? skipHours? skipDays? item*';
const ITEM = 'title? link? description? author? category* comments? enclosure* guid? pubDate? source?';

/** RSS 2.0 by its specification and the RSS Advisory Board's profile. */
export const RSS: Rules = [
  [/^rss$/, attribute('version', version, 'MissingAttribute'), children('channel1')],
  [/^rss\/channel$/, children(CHANNEL), unique('guid', 'DuplicateValue'), selfLinked],
  [/^rss\/channel\/item$/, children(ITEM), item],
  [/^rss\/channel\/(?:item\/)?(?:title|category)$/, plain, filled],
  [/^rss\/channel\/(?:description|copyright)$/, plain],
  [/^rss\/channel\/(?:item\/)?(?:link|comments|docs)$/, text(values.uriFindings)],
  [/^rss\/channel\/(?:item\/)?(?:pubDate|lastBuildDate)$/, text(values.rfc822Findings)],
  [/^rss\/channel\/(?:managingEditor|webMaster|item\/author)$/, text(values.mailFindings), plain],
  [/^rss\/channel\/language$/, text(values.languageFindings)],
  [/^rss\/channel\/ttl$/, text((value) => values.integerFindings(value, 1))],
  [/^rss\/channel\/item\/guid$/, guid],
  [/^rss\/channel\/item\/(?:description|content:encoded)$/, text(values.htmlFindings)],
];
