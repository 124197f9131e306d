/** Where a query parameter makes another page; everywhere else it is taken away before anything looks at it. */
const KNOWN_QUERY = new Map([
  ['page', /^\/(?:(?:desk\/)?articles|search|topics\/[^/]+|authors\/[^/]+)\/$/],
  ['q', /^\/search\/$/],
  ['state', /^\/desk\/comments\/$/],
  ['sort', /^\/desk\/articles\/$/],
]);

/** Characters that need no escape (RFC 3986 section 2.3). */
const UNRESERVED = /[\w.~-]/;

/**
 * The one spelling of an address: no `//`, no dot segments, no escapes of plain letters, pages with their slash at
 * the end, only known parameters. What a page is reached by is then what every rule about it looks at.
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
  for (const [name, value] of new URLSearchParams(query.join('?'))) {
    if (KNOWN_QUERY.get(name)?.test(url.pathname) && !url.searchParams.has(name))
      url.searchParams.append(name, value);
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
