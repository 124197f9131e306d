/**
 * An address in running text. Both halves are bounded: without that, a long word without an @ would be tried anew from
 * each of its letters.
 */
const ADDRESS = /[^\s<>()[\]"',;:|@]{1,64}@[^\s<>()[\]"',;:|@]{1,255}/g;

/** What stands before and at an address, for each that a text names. */
export function* addressesIn(text: string): Generator<{ address: string; before: string }> {
  for (const { 0: found, index } of text.matchAll(ADDRESS))
    yield { address: found.replace(/\.{1,9}$/, ''), before: text.slice(0, index) };
}

export function withoutAddresses(text: string, instead: string): string {
  return text.replace(/<?[^\s<>()[\]"',;:|@]{1,64}@[^\s<>()[\]"',;:|@]{1,255}>?/g, instead);
}

export function isSameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether an address is a mail system's own. */
export function isMailSystem(address: string): boolean {
  return /^(?:mailer-?daemon|mail-?daemon|postmaster|mail\.delivery\.system|mmdf)(?:@|$)/i.test(address);
}
