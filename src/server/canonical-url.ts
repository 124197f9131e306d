const DISCUSSIONS = 'articles/[^/]+/comments|newsletter/comment/[^/]+/[^/]+';
const LETTERS = 'desk/editions/letters/[^/]+/[^/]+(?:/letter)?';
const COMPOSE = 'desk/editions/next/[^/]+';
const MOVING = 'desk/|desk/editions/(?:[^/]+/)?';
const LISTS = 'articles|search|topics/[^/]+|authors/[^/]+|desk/articles';

const LOG = /^\/desk\/audit\/$/;
const SUBSCRIBERS = 'desk/subscribers';
const SUBSCRIBER = `${SUBSCRIBERS}/[^/]+`;
const LETTERS_ONE_BY_ONE = /^\/desk\/subscribers\/letters\/$/;
const KEPT_MAIL = /^\/desk\/mail\/$/;
const KEPT_LETTER = 'desk/mail/[^/]+(?:/letter)?';

/** Where a query parameter makes another page, and with which values; everywhere else it is taken away before anything looks at it. */
const KNOWN_QUERY: readonly { name: string; pages: RegExp; values?: RegExp }[] = [
  { name: 'q', pages: new RegExp(`^/(?:search|${SUBSCRIBERS})/$`) },
  { name: 'state', pages: new RegExp(`^/(?:desk/comments|${SUBSCRIBERS})/$`) },
  { name: 'sort', pages: /^\/desk\/articles\/$/ },
  { name: 'to', pages: /^\/desk\/(?:sign-in|step-up)\/$/ },
  { name: 'again', pages: new RegExp(`^/(?:${MOVING})$`), values: /^10$/ },
  ...['cluster', 'words', 'name', 'article', 'person', 'verdict', 'sign', 'before', 'select'].map((name) => ({
    name,
    pages: /^\/desk\/comments\/$/,
  })),
  { name: 'look', pages: new RegExp(`^/(?:${COMPOSE}|${LETTERS})/$`) },
  { name: 'saved', pages: new RegExp(`^/${COMPOSE}/$`) },
  { name: 'dropped', pages: new RegExp(`^/${COMPOSE}/$`) },
  { name: 'update', pages: new RegExp(`^/${LETTERS}/$`) },
  { name: 'letter', pages: new RegExp(`^/${LETTERS}/$`) },
  { name: 'q', pages: /^\/desk\/articles\/$/ },
  { name: 'shelf', pages: /^\/desk\/articles\/$/, values: /^(?:scheduled|drafts)$/ },
  {
    name: 'range',
    pages: /^\/desk\/(?:figures|articles\/[^/]+)\/$/,
    values: /^(?:4-weeks|half-year|year|all)$/,
  },
  { name: 'who', pages: LOG },
  { name: 'act', pages: LOG },
  { name: 'subject', pages: LOG },
  { name: 'day', pages: LOG, values: /^(?:\d{4}-\d\d-\d\d)?$/ },
  { name: 'before', pages: LOG, values: /^\d{1,15}$/ },
  { name: 'after', pages: LOG, values: /^\d{1,15}$/ },
  { name: 'scheme', pages: new RegExp(`^/(?:${LETTERS}|${KEPT_LETTER})/$`), values: /^(?:light|dark)$/ },
  ...['anywhere', 'cadence', 'topic', 'alerts', 'since', 'bouncing'].map((name) => ({
    name,
    pages: new RegExp(`^/${SUBSCRIBERS}/$`),
  })),
  ...['after', 'did', 'was'].map((name) => ({
    name,
    pages: new RegExp(`^/(?:${SUBSCRIBERS}|${SUBSCRIBER})/$`),
  })),
  { name: 'q', pages: KEPT_MAIL },
  { name: 'after', pages: KEPT_MAIL },
  ...['edition', 'state', 'domain', 'reason', 'after'].map((name) => ({ name, pages: LETTERS_ONE_BY_ONE })),
  { name: 'month', pages: /^\/desk\/editions\/calendar\/$/, values: /^20\d\d-(?:0[1-9]|1[0-2])$/ },
  { name: 'before', pages: /^\/desk\/editions\/$/, values: /^\d{4}-[\w:.-]{1,80}$/ },
  { name: 'pressed', pages: /^\/desk\//, values: /^[\w-]{1,4000}\.[\w-]{43}$/ },
  { name: 'order', pages: new RegExp(`^/(?:${DISCUSSIONS})/$`), values: /^(?:oldest|newest)$/ },
  { name: 'reply', pages: new RegExp(`^/(?:${DISCUSSIONS})/$`) },
  { name: 'page', pages: new RegExp(`^/(?:${DISCUSSIONS}|${LISTS})/$`) },
];

/** Characters that need no escape (RFC 3986 section 2.3). */
const UNRESERVED = /[\w.~-]/;

/**
 * The one spelling of an address: no `//`, no dot segments, no escapes of plain letters, pages with their slash at
 * the end, only known parameters, in one order. What a page is reached by is then what every rule about it looks at.
 *
 * @returns undefined where it cannot be read, or is long, or hides a slash, backslash, NUL or another escape in one
 */
export function canonicalUrl(target: string, siteUrl: URL): URL | undefined {
  const [path = '/', ...query] = target.split('?');
  if (!path.startsWith('/') || path.includes('\\') || path.includes('#')) return undefined;
  if (!isReadable(path) || /%(?:00|25|2f|5c)/i.test(path) || path.length > 1024) return undefined;
  const plain = path.replace(/%([0-9a-f]{2})/gi, plainCharacter).replace(/\/{2,}/g, '/');
  const url = new URL(plain, siteUrl);
  url.pathname = url.pathname.replace(/\/{2,}/g, '/'); // dot segments may have left some
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  if (last !== '' && !last.includes('.')) url.pathname += '/'; // a page, not a file
  const given = new URLSearchParams(query.join('?'));
  for (const { name, pages, values } of KNOWN_QUERY) {
    const value = given.get(name);
    if (value !== null && pages.test(url.pathname) && (values?.test(value) ?? true))
      url.searchParams.append(name, value.replaceAll('\0', '')); // PostgreSQL takes no NUL in a text
  }
  return url;
}

/** The path of a request as it was asked for, without its query. */
export function askedPath(target: string): string {
  return target.split('?', 1)[0] ?? '';
}

function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function plainCharacter(escaped: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16));
  return UNRESERVED.test(character) ? character : escaped.toUpperCase();
}
