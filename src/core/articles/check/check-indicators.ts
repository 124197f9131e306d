import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { indicatorsIn, refanged } from '../indicators.ts';
import { type Desk, type Document, type Finding, isArticle, type Source } from './finding.ts';

/** A list for the whole site beside what articles name: one indicator a line, `#` begins a remark. */
const LIST = 'indicators.txt';

/** What must not stand in a text as attackers use it. */
interface Named {
  /** Domains (with all under them) and IP addresses, lower-case. */
  hosts: ReadonlySet<string>;
  /** Mail addresses, and addresses of one page on a host that may else be harmless, without scheme, lower-case. */
  places: ReadonlySet<string>;
}

/** Everything that any article calls an indicator, in front matter or in its text, and the site's own list. */
export function namedIndicators(
  { contentDir }: Desk,
  documents: readonly Document[],
  sources: readonly Source[],
): Named {
  const list = path.join(contentDir, LIST);
  const listed = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [];
  const values = [
    ...listed.map((line) => refanged(line.replace(/(?:^|\s)#.*/, ''))),
    ...documents.flatMap(({ item }) => (isArticle(item) ? item.indicators : [])),
    ...sources.flatMap(({ lines }) => lines.flatMap(indicatorsIn)),
  ];
  const hosts = new Set<string>();
  const places = new Set<string>();
  for (const value of values) {
    const plain = value
      .toLowerCase()
      .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
      .replace(/\/+$/, '');
    if (/[/@?]/.test(plain)) places.add(plain);
    else if (/[.:]/.test(plain)) hosts.add(isIpv6(plain) ? plain : plain.replace(/:\d+$/, '')); // a hash is harmless
  }
  return { hosts, places };
}

/** Each line on which one of them stands live, outside `:ioc[…]` and the list of indicators itself. */
export function liveIndicators({ hosts, places }: Named, source: Source): Finding[] {
  let isList = false;
  return source.lines.flatMap((line, index): Finding[] => {
    if (/^\S/.test(line)) isList = /^indicators\s*:/.test(line);
    if (isList) return [];
    const text = line.replace(/:ioc\[(?:[^[\]\n]|\[[^[\]\n]*\])+\]/g, ' ').toLowerCase();
    const found = hostsIn(text).find((host) => isUnder(host, hosts)) ?? placeIn(text, places);
    if (found === undefined) return [];
    const message = `has the indicator ${found.replaceAll('.', '[.]')} live: write it as :ioc[…]`;
    return [{ level: 'fault', file: source.file, line: index + 1, field: 'text', message }];
  });
}

function hostsIn(text: string): string[] {
  return [...text.matchAll(/[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*/gu)].map(
    ([host]) => host,
  );
}

function isUnder(host: string, hosts: ReadonlySet<string>): boolean {
  if (hosts.has(host)) return true;
  const dot = host.indexOf('.');
  return dot !== -1 && isUnder(host.slice(dot + 1), hosts);
}

function placeIn(text: string, places: ReadonlySet<string>): string | undefined {
  for (const place of places) if (text.includes(place)) return place;
  return undefined;
}

function isIpv6(value: string): boolean {
  return (value.match(/:/g)?.length ?? 0) > 1;
}
