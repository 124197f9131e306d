import { BlockList, isIP } from 'node:net';
import { domainToUnicode } from 'node:url';
import { defanged } from '../../articles/indicators.ts';
import { isLookAlikeHost } from '../likeness/look-alikes.ts';
import { addressEnd, bareAddressEnd } from '../markup/comment-links.ts';
import type { Found } from './found.ts';

/**
 * Live links that may harm who follows them, in the order of the text. What is defanged already (`hxxps://`,
 * `[.]`, `(.)`) is none: that is how it should be written.
 *
 * @param isIndicator asked with a host (small letters, A-labels) and with the whole address
 */
export function riskyLinks(text: string, isIndicator: (hostOrUrl: string) => boolean): Found<'link'>[] {
  return [...webLinks(text, isIndicator), ...activeAddresses(text)];
}

function webLinks(text: string, isIndicator: (hostOrUrl: string) => boolean): Found<'link'>[] {
  const found: Found<'link'>[] = [];
  const begin = /(?<![a-z0-9])(?:https?:\/\/|www\.(?=[\p{L}\d]))/giu;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const start = match.index;
    const end = Math.max(bareAddressEnd(text, start), begin.lastIndex);
    begin.lastIndex = Math.max(addressEnd(text, start), begin.lastIndex);
    const typed = text.slice(start, end);
    const url = liveUrl(typed);
    const why = url && reasonAgainst(url, isIndicator);
    if (url && why)
      found.push({ kind: 'link', start, end, shown: shortened(defanged(typed)), words: advice(why, url) });
  }
  return found;
}

function liveUrl(typed: string): URL | undefined {
  if (/[[({]\s?(?:\.|dot)\s?[\])}]/i.test(typed)) return undefined;
  const address = /^https?:/i.test(typed) ? typed : `http://${typed}`;
  // A host name has at most 253 characters; punycode takes quadratic time for more.
  const authority = /^https?:\/\/([^/?#\\]*)/i.exec(address)?.[1] ?? '';
  if (authority.length > 260) return undefined;
  const url = URL.parse(address) ?? undefined;
  return url && /[.:]/.test(url.hostname) ? url : undefined;
}

/** Why a link is better not followed, as the beginning of a sentence; the worst reason counts. */
function reasonAgainst(url: URL, isIndicator: (hostOrUrl: string) => boolean): string | undefined {
  const host = url.hostname.replace(/\.$/, '');
  if ([host, host.replace(/^www\./, ''), url.href].some((named) => isIndicator(named)))
    return 'This link leads to an address that an article here names as dangerous';
  if (url.username !== '') return 'What stands before the @ in this link hides where it leads';
  if (isPublicIp(host)) return 'This link leads to a bare IP address, as those of malware often do';
  if (isLookAlikeHost(domainToUnicode(host)))
    return 'The name in this link is not written in the letters that it shows';
  if (isProgram(url)) return 'This link leads to a program or a disk image';
  return undefined;
}

function advice(why: string, url: URL): string {
  const place = `${url.protocol}//${url.host}`;
  return `${why}: write it as ${shortened(defanged(place))}, and nobody follows it by accident.`;
}

function shortened(address: string): string {
  const characters = [...address.slice(0, 160)];
  return characters.length > 72 ? `${characters.slice(0, 72).join('')}…` : address;
}

function isPublicIp(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && !HARMLESS.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** This machine, private and link-local networks, and those for documentation (RFC 5737, RFC 3849, RFC 9637). */
const HARMLESS = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
] as const)
  HARMLESS.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  HARMLESS.addSubnet(network, bits, 'ipv6');

/**
 * What runs or mounts at a click. Scripts and archives that every repository and every manual links to (`.js`, `.py`,
 * `.sh`, `.zip`, `.tar.gz`) are not among them: a warning that comes each day is no warning. `.com` is a domain.
 */
const PROGRAM =
  /\.(?:exe|scr|pif|cpl|msi|msix|msp|bat|cmd|ps1|vbs|vbe|jse|wsf|wsh|hta|lnk|jar|reg|chm|iso|img|vhdx?|apk|dmg|pkg|xll|docm|xlsm|pptm)$/i;

/** Pages about a file, or its source as a page: `github.com/…/blob/main/setup.ps1`, a wiki's `/wiki/Autorun.exe`. */
const PAGE_ABOUT = /\/(?:blob|blame|tree|commits?|issues|wiki|questions|file-info)\//i;

function isProgram({ pathname }: URL): boolean {
  return PROGRAM.test(pathname.replaceAll('%2e', '.').replaceAll('%2E', '.')) && !PAGE_ABOUT.test(pathname);
}

/** Addresses that are a script or a page themselves. In code and in quoted HTML they are shown, not given. */
function activeAddresses(text: string): Found<'link'>[] {
  return [...text.matchAll(ACTIVE)].map(({ 0: typed, index }) => ({
    kind: 'link',
    start: index,
    end: index + typed.length,
    shown: shortened(typed.replace(':', '[:]')),
    words:
      'This address would run as a script or a page of its own: put it between backticks, so that it is shown and never opened.',
  }));
}

const ACTIVE =
  /(?<![\p{L}\d`'"=_-])(?:javascript:(?=[\w$%([/])[^\s<>"`]{4,200}|data:(?:text\/(?:html|javascript|xml)|image\/svg\+xml|application\/[\w.+-]{2,60})[;,][^\s"`]{1,200})/giu;
