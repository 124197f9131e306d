import { addressesIn, isMailSystem, isSameAddress } from './addresses.ts';

/** A report's words for people, cut from the letter that some put under them. */
export interface Notice {
  words: string;
  /** The returned letter, from its header on; absent where none stands there. */
  returned?: string;
}

/** Where mail systems begin the returned letter, as they write it, or its own first header field. */
const RETURNED =
  /^[ \t]{0,9}(?:-{2,}.{0,60}\b(?:copy|original message|unsent message|returned message|header of|below this line)\b.*|.{0,40}\b(?:message headers? follow|original message follows|copy of the (?:original )?message(?: header)?:?|copy of the message header).*|Original Message:)[ \t]*\r?$|^(?:Return-Path|Received):/im;

export function noticeOf(text: string): Notice {
  const found = RETURNED.exec(text);
  if (!found) return { words: text };
  const isHeader = /^(?:Return-Path|Received):/i.test(found[0]);
  const returned = text.slice(isHeader ? found.index : found.index + found[0].length);
  return { words: text.slice(0, found.index), returned: returned.replace(/^[\s-]*\n(?=\S)/, '') };
}

export interface NamedRecipient {
  address: string;
  /** What the notice says of them; all of it where it speaks of nobody else. */
  words: string;
}

/**
 * Who a notice says could not be reached. Where the report names them in a field (`known`), those; else the addresses
 * that begin a line; else any other that stands there and is not one of `notMeant` (the sender's own).
 */
export function namedRecipients(
  words: string,
  known: readonly string[],
  notMeant: readonly string[],
): NamedRecipient[] {
  const meant = firstOfEach(meantAmong([...mentions(words)], known, notMeant));
  const found = meant.map(({ address, at }, place) => ({
    address,
    words: meant.length === 1 ? words : words.slice(at, meant[place + 1]?.at),
  }));
  const unmentioned = known.filter((address) => !found.some((one) => isSameAddress(one.address, address)));
  const rest = unmentioned.map((address) => ({ address, words: known.length === 1 ? words : '' }));
  return [...found, ...rest].slice(0, MOST_RECIPIENTS);
}

/** A letter of ours has one recipient; a report on more is somebody else's, and one on thousands an attack. */
export const MOST_RECIPIENTS = 50;

interface Mention {
  address: string;
  /** Where its line begins. */
  at: number;
  isHead: boolean;
}

function meantAmong(
  all: readonly Mention[],
  known: readonly string[],
  notMeant: readonly string[],
): Mention[] {
  if (known.length > 0) return all.filter(({ address }) => known.some((one) => isSameAddress(one, address)));
  const isOwn = (address: string) =>
    isMailSystem(address) || notMeant.some((one) => isSameAddress(one, address));
  const others = all.filter(({ address }) => !isOwn(address));
  const heads = (mentioned: readonly Mention[]) => mentioned.filter(({ isHead }) => isHead);
  return [heads(others), others, heads(all)].find((mentioned) => mentioned.length > 0) ?? [];
}

/** What may stand before an address that begins a line: a bracket, a bullet, a reply code, a label. */
const HEAD = /^(?:[\s"'<*>]|\d{3}\s|recipient address:|could not be delivered to:)*$/i;
/** What makes an address the sender's: it is told of their part of the conversation. */
const SENDERS = /\b(?:mail from|from|sender):?\s?<?$/i;

function* mentions(words: string): Generator<Mention> {
  let at = 0;
  for (const line of words.split('\n')) {
    for (const { address, before } of addressesIn(line.slice(0, 2000)))
      if (!SENDERS.test(before)) yield { address, at, isHead: HEAD.test(before) };
    at += line.length + 1;
  }
}

function firstOfEach(mentioned: readonly Mention[]): Mention[] {
  const first = new Map<string, Mention>();
  for (const mention of mentioned) {
    const key = mention.address.toLowerCase();
    if (!first.has(key)) first.set(key, mention);
  }
  return [...first.values()].slice(0, MOST_RECIPIENTS);
}
