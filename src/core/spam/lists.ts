import { type BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { parseEmailAddress } from '../platform/email-address.ts';
import { addressKey, domainKey, networkOf } from '../platform/list-fields.ts';
import type { Sign } from './sign.ts';

/** Entries as content/site.yaml holds them; `listFields` says what they may be, and what is wrong is passed over. */
export interface ListRules {
  words: readonly string[];
  domains: readonly string[];
  addresses: readonly string[];
  networks: readonly string[];
}

export interface ListFacts {
  name: string;
  email: string;
  website: string | null;
  body: string;
  /** The address that it came from; null where it is forgotten. */
  network: string | null;
}

export interface Listed {
  kind: 'word' | 'domain' | 'address' | 'network';
  /** As it stands in the list. */
  entry: string;
}

/** The first entry that fits, for the moderator's eyes. Linear in the length of the body. */
export function listed(facts: ListFacts, rules: ListRules): Listed | undefined {
  const { words, domains, addresses, networks } = compiled(rules);
  const word = words?.(`${facts.name}\n${facts.body}`);
  if (word) return { kind: 'word', entry: word };
  const email = parseEmailAddress(facts.email)?.key ?? '';
  const emailDomain = email.slice(email.lastIndexOf('@'));
  for (const host of domains.size > 0 ? hostsIn(facts, emailDomain.slice(1)) : []) {
    const domain = parentsOf(host).find((parent) => domains.has(parent));
    if (domain) return { kind: 'domain', entry: domains.get(domain) ?? domain };
  }
  const address = addresses.get(email) ?? addresses.get(emailDomain);
  if (address) return { kind: 'address', entry: address };
  const network = facts.network === null ? undefined : networks(facts.network);
  return network ? { kind: 'network', entry: network } : undefined;
}

/** An entry of a list that holds comments, as a sign beside the others. */
export function listSign({ kind, entry }: Listed): Sign {
  return { name: 'list', weight: 3, words: `The list of this site names the ${kind} ${entry}` };
}

interface Compiled {
  words: ((text: string) => string | undefined) | undefined;
  /** Entries by their keys. */
  domains: Map<string, string>;
  addresses: Map<string, string>;
  networks: (address: string) => string | undefined;
}

const compilations = new WeakMap<ListRules, Compiled>();

function compiled(rules: ListRules): Compiled {
  let done = compilations.get(rules);
  if (!done) {
    done = {
      words: wordFinder(rules.words),
      domains: byKey(rules.domains, domainKey),
      addresses: byKey(rules.addresses, addressKey),
      networks: networkFinder(rules.networks),
    };
    compilations.set(rules, done);
  }
  return done;
}

function byKey(
  entries: readonly string[],
  keyOf: (entry: string) => string | undefined,
): Map<string, string> {
  return new Map(
    entries.flatMap((entry): [string, string][] => {
      const key = keyOf(entry.trim());
      return key ? [[key, entry]] : [];
    }),
  );
}

function wordFinder(entries: readonly string[]): Compiled['words'] {
  const known = byKey(entries, (entry) => folded(entry).trim());
  if (known.size === 0) return undefined;
  const pattern = new RegExp([...known.keys()].map(wholeWord).join('|'), 'v');
  return (text) => {
    const found = pattern.exec(folded(text))?.[0];
    return found === undefined ? undefined : known.get(found);
  };
}

/** Compared without case, width, soft hyphens, and how much space there is. */
function folded(text: string): string {
  return text.normalize('NFKC').replaceAll('\u00ad', '').toLowerCase().replace(/\s+/g, ' ');
}

/** Chinese, Japanese and Thai have no spaces between words: there, an entry is found anywhere. */
function wholeWord(entry: string): string {
  const before = new RegExp(`^${LETTER}`, 'v').test(entry) ? `(?<!${LETTER})` : '';
  const after = new RegExp(`${LETTER}$`, 'v').test(entry) ? `(?!${LETTER})` : '';
  return `${before}${RegExp.escape(entry)}${after}`;
}

const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const LETTER = String.raw`[[\p{L}\p{N}\p{M}]--[${UNSPACED}]]`;

function networkFinder(entries: readonly string[]): Compiled['networks'] {
  const networks = entries.flatMap((entry): { entry: string; network: BlockList }[] => {
    const network = networkOf(entry.trim());
    return network ? [{ entry, network }] : [];
  });
  return (typed) => {
    const address = typed.replace(/%.*$/, ''); // the zone of a link-local one
    const family = isIP(address);
    if (family === 0) return undefined;
    return networks.find(({ network }) => network.check(address, family === 4 ? 'ipv4' : 'ipv6'))?.entry;
  };
}

/** Every host that is named: in links or without them, also with a defanged dot, the website's, the mail address's. */
function hostsIn({ website, body }: ListFacts, emailDomain: string): Set<string> {
  const named = body
    .normalize('NFKC')
    .replace(/\[\.\]|\(\.\)|\[dot\]|\(dot\)|。/gi, '.')
    .match(HOST);
  const hosts = [emailDomain, website && URL.canParse(website) ? new URL(website).hostname : ''];
  for (const host of named ?? []) if (host.length <= 253) hosts.push(domainToASCII(host));
  return new Set(hosts.filter(Boolean));
}

const HOST = /(?<![\p{L}\p{N}\p{M}.-])[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)+/gu;

/** `a.b.example`: itself, `b.example`, `example`. */
function parentsOf(host: string): string[] {
  const labels = host.replace(/\.$/, '').split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}
