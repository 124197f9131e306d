import { type Clock, DAY } from '../platform/clock.ts';
import { parseEmailAddress } from '../platform/email-address.ts';
import type { Library } from './library.ts';
import type { Site } from './site.ts';

/** RFC 9116 asks for less than a year. */
const GOOD_FOR_DAYS = 180;

interface Parts {
  library: Library;
  siteUrl: URL;
  clock: Clock;
  config: { mailFrom?: string };
}

/**
 * /.well-known/security.txt (RFC 9116): where a fault of this site can be reported. Made anew for each reader,
 * so that it never runs out; without a word in site.yaml it names the address that letters come from.
 */
export function securityTxt({ library: { site }, siteUrl, clock, config }: Parts): string {
  const { languages, ...links } = site.security;
  const today = Math.floor(clock.now().getTime() / DAY) * DAY;
  const fields = [
    ...securityContacts({ library: { site }, siteUrl, config }).map((contact) => ['Contact', contact]),
    ['Expires', new Date(today + GOOD_FOR_DAYS * DAY).toISOString().replace('.000Z', 'Z')],
    ['Encryption', links.encryption],
    ['Acknowledgments', links.acknowledgments],
    ['Preferred-Languages', languages?.join(', ') ?? site.language],
    ['Canonical', overTls(new URL('/.well-known/security.txt', siteUrl))],
    ['Policy', links.policy ?? overTls(new URL('/security/', siteUrl))],
  ];
  return fields.map(([name, value]) => (value === undefined ? '' : `${name}: ${value}\n`)).join('');
}

/** Where to write about a weakness, the best way first: `mailto:`, `tel:` or `https:` addresses. */
export function securityContacts({
  library: { site },
  siteUrl,
  config,
}: Pick<Parts, 'siteUrl' | 'config'> & { library: { site: Site } }): string[] {
  const { contact = defaultContact(site, siteUrl, config.mailFrom) } = site.security;
  return [contact].flat().map(withScheme);
}

/** An address that can be answered from, else the page that says who is behind the site. */
function defaultContact(site: Site, siteUrl: URL, mailFrom: string | undefined): string {
  const from = mailFrom ?? site.newsletter.from;
  const box = parseEmailAddress(/<([^<>]*)>\s*$/.exec(from)?.[1] ?? from);
  return box && !RESERVED.test(box.address) ? box.address : overTls(new URL('/about/', siteUrl));
}

/** Names that nobody can have (RFC 2606, RFC 6762). */
const RESERVED = /[.@](?:example|example\.(?:com|net|org)|invalid|local|localhost|test)$/;

function withScheme(contact: string): string {
  return parseEmailAddress(contact) ? `mailto:${contact}` : contact;
}

/** RFC 9116 section 2.5: web addresses in it must be https, whatever a site under test is served by. */
function overTls(url: URL): string {
  return url.href.replace(/^http:/, 'https:');
}
