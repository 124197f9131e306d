import { createPublicKey } from 'node:crypto';
import type { DkimSigner } from './dkim.ts';
import { spfFindings } from './spf-record.ts';

export interface DnsFinding {
  level: 'good' | 'note' | 'fault';
  text: string;
  /** The name server did not answer: nothing is known. */
  unanswered?: true;
}

/** What is asked of the domain name system; no record is an empty list, no answer an error. */
export interface DnsRecords {
  /** Each record's strings joined. */
  txt(name: string): Promise<string[]>;
  mx(name: string): Promise<string[]>;
}

/**
 * Whether the records of a sender's domain let receivers believe its letters.
 *
 * @param fromDomain of the address that letters are from
 * @param hasReturnPath whether letters carry return addresses under that domain, so that it has to take mail
 */
export async function dnsFindings(
  records: DnsRecords,
  {
    fromDomain,
    signer,
    hasReturnPath,
  }: { fromDomain: string; signer: DkimSigner | undefined; hasReturnPath: boolean },
): Promise<DnsFinding[]> {
  const questions = [
    ['SPF', () => spfFindings(records, fromDomain)],
    ['DKIM', () => dkimFindings(records, signer)],
    ['DMARC', () => dmarcFindings(records, fromDomain, signer?.domain)],
    ...(hasReturnPath ? [['MX', () => mxFindings(records, fromDomain)] as const] : []),
  ] as const;
  const answers = questions.map(([what, ask]) =>
    ask().catch((): DnsFinding[] => [
      { level: 'note', text: `${what}: the name server does not answer now.`, unanswered: true },
    ]),
  );
  return (await Promise.all(answers)).flat();
}

async function dkimFindings(records: DnsRecords, signer: DkimSigner | undefined): Promise<DnsFinding[]> {
  if (!signer)
    return [
      note(
        'DKIM: no DKIM_KEY is set; letters are unsigned unless the relay signs them. Gmail and Yahoo want it.',
      ),
    ];
  const name = `${signer.selector}._domainkey.${signer.domain}`;
  const found = (await records.txt(name)).map(tagsOf).filter((tags) => tags.has('p'));
  const [tags, second] = found;
  if (!tags)
    return [fault(`DKIM: there is no key at ${name}. Publish this TXT record: ${dkimRecord(signer)}`)];
  if (second) return [fault(`DKIM: ${name} has more than one key; leave the one that is used.`)];
  if (tags.get('p') === '') return [fault(`DKIM: the key at ${name} is revoked (p= is empty).`)];
  if (tags.get('p') !== publicPart(signer) || (tags.get('k') ?? 'rsa') !== keyType(signer))
    return [
      fault(`DKIM: ${name} holds another key than DKIM_KEY. Publish this TXT record: ${dkimRecord(signer)}`),
    ];
  const testing = tags.get('t')?.split(':').includes('y') ?? false;
  return testing
    ? [note(`DKIM: ${name} fits, but says that it is only a test (t=y).`)]
    : [good(`DKIM: ${name} fits DKIM_KEY.`)];
}

/** The TXT record that fits a key. */
export function dkimRecord(signer: DkimSigner): string {
  return `v=DKIM1; k=${keyType(signer)}; p=${publicPart(signer)}`;
}

function keyType({ key }: DkimSigner): string {
  return key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ed25519';
}

/** RFC 8463 section 4: of Ed25519 the bare 32 octets. */
function publicPart({ key }: DkimSigner): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return (key.asymmetricKeyType === 'rsa' ? der : der.subarray(-32)).toString('base64');
}

/** RFC 7489 section 6.6.3: the domain's own record, else that of the domain above it. */
async function dmarcFindings(
  records: DnsRecords,
  fromDomain: string,
  signedDomain: string | undefined,
): Promise<DnsFinding[]> {
  const above = fromDomain.split('.').slice(-2).join('.');
  for (const domain of new Set([fromDomain, above])) {
    const found = (await records.txt(`_dmarc.${domain}`)).filter((text) => /^v=DMARC1\s*(?:;|$)/.test(text));
    if (found.length > 1) return [fault(`DMARC: _dmarc.${domain} has more than one record; leave one.`)];
    if (found[0] !== undefined) return [dmarcFinding(domain, tagsOf(found[0]), { fromDomain, signedDomain })];
  }
  return [
    fault(
      `DMARC: there is no record at _dmarc.${fromDomain}. Gmail and Yahoo want one; "v=DMARC1; p=none" is a beginning.`,
    ),
  ];
}

function dmarcFinding(
  domain: string,
  tags: Map<string, string>,
  { fromDomain, signedDomain }: { fromDomain: string; signedDomain: string | undefined },
): DnsFinding {
  const policy = tags.get('p')?.toLowerCase();
  const where = `DMARC: the record at _dmarc.${domain}`;
  if (!['none', 'quarantine', 'reject'].includes(policy ?? '')) return fault(`${where} has no valid p=.`);
  if (tags.get('adkim') === 's' && signedDomain !== undefined && signedDomain !== fromDomain)
    return fault(
      `${where} wants strict alignment (adkim=s), but letters from ${fromDomain} are signed for ${signedDomain}.`,
    );
  if (policy === 'none')
    return note(`${where} only watches (p=none); once all is well, p=quarantine keeps forgers out.`);
  return good(`${where} says p=${policy}.`);
}

async function mxFindings(records: DnsRecords, domain: string): Promise<DnsFinding[]> {
  const servers = (await records.mx(domain)).filter((server) => server !== '' && server !== '.');
  return servers.length > 0
    ? [good(`MX: mail to bounces+…@${domain} goes to ${servers.join(', ')}.`)]
    : [
        fault(
          `MX: no server takes mail for ${domain}, but letters ask for bounces there (bounces+…@${domain}).`,
        ),
      ];
}

function tagsOf(record: string): Map<string, string> {
  return new Map(
    record.split(';').map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [name.trim().toLowerCase(), value.join('=').replace(/\s+/g, '')];
    }),
  );
}

function good(text: string): DnsFinding {
  return { level: 'good', text };
}

function note(text: string): DnsFinding {
  return { level: 'note', text };
}

function fault(text: string): DnsFinding {
  return { level: 'fault', text };
}
