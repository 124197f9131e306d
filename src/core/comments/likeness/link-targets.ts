import { bareAddressEnd } from '../markup/comment-links.ts';
import { messengerContact, phoneContact } from './contacts.ts';
import { ORDINARY, registered, SHARED } from './link-hosts.ts';

/**
 * Where the links of a text lead, each once: the domain somebody has registered, and at hosts that many share the
 * account or thing there. Not the site's own, and none that everybody cites.
 *
 * @param text with addresses that begin with `https://`, `www.` or a domain (`shop.example/a`)
 */
export function linkTargets(text: string, ownHosts: readonly string[]): string[] {
  const own = new Set(ownHosts.map((host) => registered(plainHost(host))));
  const targets = addressesIn(text).flatMap((address) => {
    const host = plainHost(address.hostname);
    return own.has(registered(host)) ? [] : (targetOf(host, address) ?? []);
  });
  return [...new Set(targets)];
}

function addressesIn(text: string): URL[] {
  const addresses: URL[] = [];
  BEGIN.lastIndex = 0;
  for (let match = BEGIN.exec(text); match !== null; match = BEGIN.exec(text)) {
    const end = bareAddressEnd(text, match.index);
    BEGIN.lastIndex = Math.max(end, BEGIN.lastIndex);
    const url = liveUrl(text.slice(match.index, end));
    if (url) addresses.push(url);
  }
  return addresses;
}

/** A scheme, `www.`, or a domain with a path, or one under a common top-level domain: `node.js` is none. */
const DOMAIN = String.raw`(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?\.){1,5}`;
const COMMON = 'com|net|org|info|biz|ru|cn|xyz|top|shop|site|online|store|club|icu|vip|io|ly|tk|uk|de|fr|eu';
const BEGIN = new RegExp(
  String.raw`(?<![\p{L}\d_@./\]-])(?:https?:\/\/|www\.(?=[\p{L}\d])|${DOMAIN}(?:\p{L}{2,24}\/(?=[\p{L}\d?#@+_-])|(?:${COMMON})(?![\p{L}\d@_.\[(-]|\/)|(?:${COMMON})\.(?![\p{L}\d])))`,
  'giu',
);

function liveUrl(typed: string): URL | undefined {
  const address = /^https?:\/\//i.test(typed) ? typed : `http://${typed}`;
  // A host name has at most 253 characters; punycode takes quadratic time for more.
  const authority = /^https?:\/\/([^/?#\\]*)/i.exec(address)?.[1] ?? '';
  const isLive = authority.length <= 260 && !/[[({]/.test(authority);
  const url = isLive ? URL.parse(address) : null;
  return url?.hostname.includes('.') ? url : undefined;
}

function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^www\d?\./, '')
    .replace(/\.$/, '');
}

function targetOf(host: string, url: URL): string | undefined {
  const shared = SHARED.find((name) => host === name || host.endsWith(`.${name}`));
  if (shared === undefined) return ORDINARY.test(host) ? undefined : registered(host);
  const thing = thingOf(url);
  if (thing === '') return undefined;
  if (/^(?:wa\.me|whatsapp\.com)$/.test(shared) && /^\+?\d{7,15}$/.test(thing))
    return phoneContact(thing.replace('+', ''));
  if (shared === 't.me') return messengerContact(thing);
  return `${shared === 'youtu.be' ? 'youtube.com' : shared}/${thing}`;
}

/** The account, video, document or short name: the first part of the path that is not the same for all. */
function thingOf({ pathname, searchParams }: URL): string {
  const asked = ['v', 'id', 'phone', 'list'].map((name) => searchParams.get(name)).find(Boolean);
  const parts = pathname.split('/', 12).filter((part) => part !== '' && !SAME_FOR_ALL.test(part));
  return (parts[0] ?? asked ?? '').toLowerCase();
}

const SAME_FOR_ALL =
  /^(?:watch|shorts|embed|live|playlist|c|channel|user|users|u|d|e|r|s|p|in|a|document|spreadsheets|presentation|forms|file|folders|drive|view|viewform|groups|pages|profile\.php|posts|company|dp|gp|product|itm|invite|joinchat|send|store|apps|details|app|[a-z]{2}|\d)$/i;
