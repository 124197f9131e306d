import { domainToASCII } from 'node:url';

/** One mailbox that can be written to. */
export interface EmailAddress {
  /** As it is mailed: the local part as typed, the domain in lower case and A-label form (`xn--…`). */
  readonly address: string;
  /** The same for every spelling of one mailbox; unique in the database, never mailed to. */
  readonly key: string;
}

/**
 * Reads one plain address, as in RFC 5321 section 4.1.2, without quoted strings and address literals.
 * A local part outside ASCII is refused (most relays do not promise SMTPUTF8, RFC 6531), and so is a line
 * break even at the ends, where other white space is trimmed: it can only be an accident or a header injection.
 */
export function parseEmailAddress(input: string): EmailAddress | undefined {
  if (/[\n\v\f\r\u2028\u2029]/.test(input)) return undefined;
  const typed = input.trim();
  const at = typed.lastIndexOf('@');
  const local = typed.slice(0, at);
  if (typed.length > MAX_ADDRESS || at < 1 || !isLocalPart(local)) return undefined;

  const domain = mailDomain(typed.slice(at + 1));
  const address = `${local}@${domain}`;
  if (domain === undefined || address.length > MAX_ADDRESS) return undefined;
  return { address, key: address.toLowerCase() };
}

/** Octets: a path is at most 256, angle brackets included (RFC 5321 section 4.5.3.1.3, erratum 1690). */
const MAX_ADDRESS = 254;
const MAX_LOCAL_PART = 64;

function isLocalPart(local: string): boolean {
  return (
    local.length <= MAX_LOCAL_PART && local.split('.').every((atom) => /^[\w!#$%&'*+/=?^`{|}~-]+$/.test(atom))
  );
}

/** The domain in A-label form; undefined for what is no host name under a top-level domain. */
function mailDomain(typed: string): string | undefined {
  // domainToASCII reads a URL's host: it would decode %41 and stop at a slash or a colon.
  if (!/^[A-Za-z0-9.\-\P{ASCII}]+$/u.test(typed)) return undefined;
  const domain = domainToASCII(typed);
  const labels = domain.split('.');
  // An IPv4 address in any of its spellings comes back as four numbers.
  if (labels.length < 2 || /^\d*$/.test(labels.at(-1) ?? '')) return undefined;
  return labels.every(isHostLabel) ? domain : undefined;
}

function isHostLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9-]+$/.test(label) && !label.startsWith('-') && !label.endsWith('-');
}

/** What stands after the @ of a mail address: where its letters go. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
