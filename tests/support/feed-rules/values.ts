import { type DefaultTreeAdapterTypes, html as parse5Names, parseFragment } from 'parse5';

/** What is wrong with one value of a feed, by the names that the W3C's feed validator gives its findings. */
export type Finding = string;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const ZONES = '[+-]\\d\\d[03]0|UT|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|Z';
const RFC_2822 = new RegExp(
  `^(?:(${WEEKDAYS.join('|')}), )?(\\d\\d?) (${MONTHS}) (\\d{4}) (\\d\\d):(\\d\\d)(?::(\\d\\d))? (?:${ZONES})$`,
);
const RFC_822 = new RegExp(
  `^(?:\\w{3}\\s*,\\s*)?\\d\\d?\\s+(?:${MONTHS})\\s+\\d\\d(?:\\d\\d)?\\s+\\d\\d:\\d\\d(?::\\d\\d)?\\s+(?:[+-]\\d{4}|[a-z]{1,3})$`,
  'i',
);

export function rfc822Findings(value: string): Finding[] {
  const match = RFC_2822.exec(value);
  if (!match) return [RFC_822.test(value.trim()) ? 'ProblematicalRFC822Date' : 'InvalidRFC2822Date'];
  const [, weekday, day, month, year] = match;
  const at = new Date(Date.UTC(Number(year), MONTHS.split('|').indexOf(month ?? ''), Number(day)));
  if (at.getUTCDate() !== Number(day)) return ['InvalidRFC2822Date'];
  if (weekday !== undefined && WEEKDAYS[at.getUTCDay()] !== weekday) return ['IncorrectDOW'];
  return plausible(at);
}

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

export function rfc3339Findings(value: string): Finding[] {
  if (value !== value.trim()) return ['UnexpectedWhitespace'];
  const [, year, month, day] = (RFC_3339.exec(value) ?? []).map(Number);
  if (year === undefined || month === undefined) return ['InvalidRFC3339Date'];
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCDate() === day && at.getUTCMonth() === month - 1 ? plausible(at) : ['InvalidRFC3339Date'];
}

function plausible(at: Date): Finding[] {
  const tomorrow = Date.now() + 86_400_000;
  return at.getTime() > tomorrow || at.getUTCFullYear() < 1990 ? ['ImplausibleDate'] : [];
}

const URI_CHARACTERS = /^[\w;/?:@&=+$.\-!~*'()%,#]*$/;
const TAG =
  /^tag:(?:[a-z0-9\-._]+@)?[a-z0-9.-]+,\d{4}(?:-\d{2}(?:-\d{2})?)?:[\w;/?:@&=+$.\-!~*'()%,]*(?:#[\w;/?:@&=+$.\-!~*'()%,]*)?$/;
const URN = /^urn:[a-z0-9][a-z0-9-]{1,31}:(?:[\w()+,.:=@;$!*'-]|%[0-9a-f]{2})+$/i;

/** A URI reference; `whole` where it must stand by itself. An IRI is judged in its URI form. */
export function uriFindings(value: string, whole = true): Finding[] {
  if (value !== value.trim()) return ['UnexpectedWhitespace', 'InvalidUriChar'];
  if (value.startsWith('tag:')) return TAG.test(value) ? [] : ['InvalidTAG'];
  if (/^urn:/i.test(value)) return URN.test(value) ? [] : ['InvalidURN'];
  const ascii = value.replace(/[\u00a0-\u{10ffff}]/gu, '');
  if (!URI_CHARACTERS.test(ascii.replace(/\[[\da-f:]+\]/i, ''))) return ['InvalidUriChar'];
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(value) ?? [];
  if (scheme === undefined) return whole ? ['InvalidFullLink'] : [];
  const isBare = /^(?:https?|ftp)$/i.test(scheme) && !/^\w+:\/\/[^/]/.test(value);
  return isBare ? ['InvalidLink'] : [];
}

/** An identity is compared letter by letter: only the one spelling of an address is sure to stay. */
export function idFindings(value: string): Finding[] {
  const wrong = uriFindings(value);
  if (wrong.length > 0 || !/^https?:/i.test(value)) return wrong;
  const bare = value.replace(/#$/, '');
  const isPlain = /%(?!2[0-9A-F]|[013-9A-F][0-9A-F])|%(?:[46][1-9A-F]|[57][0-9A]|3[0-9]|2D|2E|5F|7E)/.test(
    bare,
  );
  return new URL(bare).href !== bare || isPlain ? ['NonCanonicalURI'] : [];
}

export function languageFindings(value: string): Finding[] {
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(value) && value.toLowerCase() !== 'xx'
    ? []
    : ['InvalidLanguage'];
}

export function mimeFindings(value: string): Finding[] {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w-]+=(?:"[^"]*"|[^\s;"]+))*$/.test(value)
    ? []
    : ['InvalidMIMEType'];
}

export function mailFindings(value: string): Finding[] {
  const address = /^[^()<>]*<([^<>]+)>$/.exec(value)?.[1] ?? value.replace(/\s*\([^()]*\)$/, '');
  return /^[\w+.'-]+@(?:[a-z0-9-]+\.)*[a-z0-9-]+$/i.test(address) ? [] : ['InvalidContact'];
}

export function integerFindings(value: string, least: number): Finding[] {
  return /^-?\d+$/.test(value) && Number(value) >= least ? [] : ['InvalidInteger'];
}

/** HTML where plain text belongs: tags that end, or entities that would be undone once more. */
export function textFindings(value: string, source: string): Finding[] {
  const tags = [...value.matchAll(/<\/(\w+)>/g)].some(([, tag = '']) => KNOWN_TAGS.has(tag.toLowerCase()));
  if (tags) return ['ContainsHTML'];
  if (source.includes('&#x')) return []; // escaped as the RSS profile asks: the writer knew
  if (/&(?:amp|lt|gt|quot|apos|nbsp|eacute|copy|#?\w*\d\w*|#x)/.test(value)) return ['ContainsHTML'];
  return /<[/a-zA-Z]/.test(value) ? ['CharacterData'] : [];
}

const KNOWN_TAGS = new Set<string>([
  ...Object.values(parse5Names.TAG_NAMES),
  ...'abbr cite del dfn figcaption figure ins kbd mark q time'.split(' '),
]);
const RISKY_TAGS =
  /^(?:applet|base|embed|frame|frameset|iframe|link|meta|noframes|object|param|script|style)$/;
const HARMLESS_ATTRIBUTES = new Set(
  (
    'abbr align alt border cellpadding cellspacing cite class clear color cols colspan compact coords datetime ' +
    'decoding dir face headers height href hreflang hspace id label lang loading media name nowrap open rel rev ' +
    'rows rowspan rules scope shape size sizes span src srcset start style summary title type usemap valign value ' +
    'vspace width'
  ).split(' '),
);

/** HTML in a feed: nothing that could do harm in a reader, and no address that only its page can resolve. */
export function htmlFindings(value: string): Finding[] {
  const found: Finding[] = [];
  const fragment = parseFragment(value, {
    onParseError: ({ code }) => {
      if (/^(?:eof-in|unexpected-character|invalid-first|missing-end-tag|closing-of)/.test(code))
        found.push('NotHtml');
    },
  });
  for (const node of elementsIn(fragment)) {
    if (!KNOWN_TAGS.has(node.tagName)) found.push('NotHtml');
    if (RISKY_TAGS.test(node.tagName)) found.push('SecurityRisk');
    for (const attribute of node.attrs) found.push(...attributeFindings(attribute.name, attribute.value));
  }
  return found;
}

function attributeFindings(name: string, value: string): Finding[] {
  if (!HARMLESS_ATTRIBUTES.has(name)) return ['SecurityRiskAttr'];
  if (name === 'style') return styleFindings(value);
  if (name === 'href' || name === 'src') return /^\w+:/.test(value.trim()) ? [] : ['ContainsRelRef'];
  return [];
}

function styleFindings(value: string): Finding[] {
  const isHarmless = /^(?:\s*(?!position|mso)[a-z-]+\s*:\s*[\w\s#.%!,'"-]*(?:;|$))*$/i.test(value);
  return isHarmless ? [] : ['DangerousStyleAttr'];
}

function* elementsIn(node: DefaultTreeAdapterTypes.ParentNode): Generator<DefaultTreeAdapterTypes.Element> {
  for (const child of node.childNodes) {
    if (!('tagName' in child)) continue;
    yield child;
    yield* elementsIn(child);
  }
}
