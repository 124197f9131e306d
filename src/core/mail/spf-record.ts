import type { DnsFinding, DnsRecords } from './dns-records.ts';

/** RFC 7208 section 4.6.4: what asks further questions may do so ten times in all. */
const MOST_LOOKUPS = 10;
const TERM =
  /^(?:[+\-~?]?(?:all|include:\S+|a(?:[:/]\S+)?|mx(?:[:/]\S+)?|ptr(?::\S+)?|ip4:[\d.]+(?:\/\d+)?|ip6:[\da-f:.]+(?:\/\d+)?|exists:\S+)|redirect=\S+|exp=\S+|[a-z][\w.-]*=\S*)$/i;

/** Whether a domain says who may send in its name, in a way that receivers can follow. */
export async function spfFindings(records: DnsRecords, domain: string): Promise<DnsFinding[]> {
  const own = await recordsOf(records, domain);
  const [record, second] = own;
  if (record === undefined)
    return [
      {
        level: 'fault',
        text: `SPF: ${domain} does not say who may send in its name. Your relay's manual has the TXT record.`,
      },
    ];
  if (second !== undefined)
    return [
      {
        level: 'fault',
        text: `SPF: ${domain} has more than one record, which counts as none; make them one.`,
      },
    ];
  const wrong = termsOf(record).find((term) => !TERM.test(term));
  if (wrong !== undefined)
    return [{ level: 'fault', text: `SPF: the record of ${domain} holds "${wrong}", which is no term.` }];
  if (termsOf(record).some((term) => /^\+?all$/i.test(term)))
    return [
      {
        level: 'fault',
        text: `SPF: the record of ${domain} lets the whole world send (+all): write ~all or -all.`,
      },
    ];
  const { lookups, missing } = await countLookups(records, domain, record, new Set());
  if (missing !== undefined)
    return [{ level: 'fault', text: `SPF: the record of ${domain} refers to ${missing}, which has none.` }];
  if (lookups > MOST_LOOKUPS)
    return [
      {
        level: 'fault',
        text: `SPF: the record of ${domain} asks ${lookups} further questions; receivers stop at ${MOST_LOOKUPS}.`,
      },
    ];
  return [
    {
      level: 'good',
      text: `SPF: ${domain} says who may send (${lookups} of ${MOST_LOOKUPS} further questions).`,
    },
  ];
}

async function recordsOf(records: DnsRecords, domain: string): Promise<string[]> {
  return (await records.txt(domain)).filter((text) => /^v=spf1(?:\s|$)/i.test(text));
}

function termsOf(record: string): string[] {
  return record.trim().split(/\s+/).slice(1);
}

/** Counts the questions of a record and of those that it includes; a record that refers to itself is counted once. */
async function countLookups(
  records: DnsRecords,
  domain: string,
  record: string,
  seen: Set<string>,
): Promise<{ lookups: number; missing?: string }> {
  seen.add(domain.toLowerCase());
  let lookups = 0;
  for (const term of termsOf(record)) {
    if (/^[+\-~?]?(?:include:|a(?:$|[:/])|mx(?:$|[:/])|ptr|exists:)|^redirect=/i.test(term)) lookups++;
    const [, name] = /^(?:[+\-~?]?include:|redirect=)(\S+)$/i.exec(term) ?? [];
    if (name === undefined || name.includes('%') || seen.has(name.toLowerCase())) continue;
    if (lookups > MOST_LOOKUPS) break;
    const [inner] = await recordsOf(records, name);
    if (inner === undefined) return { lookups, missing: name };
    const below = await countLookups(records, name, inner, seen);
    lookups += below.lookups;
    if (below.missing !== undefined) return { lookups, missing: below.missing };
  }
  return { lookups };
}
