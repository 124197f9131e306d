import { parseEmailAddress } from '../../platform/email-address.ts';

/** Where a link goes; nothing of it is escaped. */
export interface Link {
  readonly href: string;
  /** Its address, for a link without words of its own. */
  readonly shown: string;
  /** The host or mailbox, for one whose words may say anything. */
  readonly place: string;
}

/**
 * The link that an address makes; undefined where it stays text: another scheme than http, https and mailto, a
 * user name before the host (`https://bank.example@evil.example`), white space, controls and invisible characters,
 * a host without a dot, and whatever somebody has defanged with `[.]`.
 */
export function linkTo(typed: string): Link | undefined {
  if (/[\s\p{Cc}\p{Cf}\\]/u.test(typed) || typed.includes('[.]')) return undefined;
  return /^mailto:/i.test(typed) ? mailLink(typed) : webLink(typed);
}

/** One mailbox: a subject or a body in the link would put a stranger's words into the reader's letter. */
function mailLink(typed: string): Link | undefined {
  const address = parseEmailAddress(typed.slice('mailto:'.length))?.address;
  if (address === undefined || /[%?#]/.test(address)) return undefined;
  const href = `mailto:${encodeURI(address)}`;
  return { href, shown: isAscii(typed) ? typed : href, place: address };
}

function webLink(typed: string): Link | undefined {
  const [start = '', scheme = '', authority = ''] = /^(https?:\/\/)([^/?#]+)/i.exec(typed) ?? [];
  // A host name has at most 253 characters; punycode takes quadratic time for more.
  if (authority === '' || authority.length > 260 || /[@%]/.test(authority)) return undefined;
  const url = URL.parse(typed);
  if (url === null || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?$/.test(url.hostname)) return undefined;
  // A look-alike host is shown as what it is: xn--…
  return {
    href: url.href,
    shown: isAscii(authority) ? typed : scheme + url.host + typed.slice(start.length),
    place: url.host,
  };
}

function isAscii(text: string): boolean {
  return !/\P{ASCII}/u.test(text);
}

/** Where an address in running text ends: before white space, quotes, and a bracket that it did not open. */
export function addressEnd(text: string, start: number): number {
  let round = 0;
  let square = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '(') round += 1;
    else if (character === ')') round -= 1;
    else if (character === '[') square += 1;
    else if (character === ']') square -= 1;
    if (round < 0 || square < 0 || /[\s<>"`“”«»\u3000-\u303f]/.test(character)) return at;
  }
  return text.length;
}

/** The same without the punctuation of the sentence around it. */
export function bareAddressEnd(text: string, start: number): number {
  let end = addressEnd(text, start);
  while (end > start && ".,:;!?'*_~…’！，．：；？".includes(text.charAt(end - 1))) end -= 1;
  return end;
}
