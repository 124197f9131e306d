import { Resolver } from 'node:dns/promises';
import { SECOND } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { domainOf } from '../platform/email-address.ts';
import type { Parts } from '../platform/parts.ts';
import { readDkimSigner } from './dkim.ts';
import { type DnsFinding, type DnsRecords, dnsFindings } from './dns-records.ts';
import { noteRecordsLook } from './records-look.ts';
import { sender } from './sender-address.ts';
import { hasReturnPath } from './verp.ts';

export type RecordsParts = Pick<Parts, 'config' | 'db' | 'clock'> & {
  library: { site: { title: string; newsletter: { from: string } } };
};

/** Each name server is asked twice at most, so long. */
const TIME_OUT_MS = 3 * SECOND;

/** Asks the domain name system whether receivers can believe our letters, and keeps what is found for the desk. */
export async function lookAtRecords(parts: RecordsParts, signal?: AbortSignal): Promise<DnsFinding[]> {
  const resolver = new Resolver({ timeout: TIME_OUT_MS, tries: 2 });
  const cancel = () => resolver.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  const findings = await dnsFindings(systemRecords(resolver), {
    fromDomain: fromDomain(parts),
    signer: parts.config.dkim && readDkimSigner(parts.config.dkim),
    hasReturnPath: hasReturnPath(parts.config),
  });
  signal?.removeEventListener('abort', cancel);
  if (!signal?.aborted) await noteRecordsLook(parts, findings);
  return findings;
}

/** Names that nobody can own (RFC 6761 section 6): a sender there has no records. */
export function isMadeUp(parts: { config: Config } & Pick<RecordsParts, 'library'>): boolean {
  return /(?:^|\.)(?:test|example|invalid|localhost|example\.(?:com|net|org))$/.test(fromDomain(parts));
}

function fromDomain({ config, library }: { config: Config } & Pick<RecordsParts, 'library'>): string {
  return domainOf(sender(config.mailFrom, library.site).address);
}

/** The machine's own resolver; that there is no such name or record is an answer, too. */
function systemRecords(resolver: Resolver): DnsRecords {
  return {
    txt: async (name) => (await answer(resolver.resolveTxt(name))).map((strings) => strings.join('')),
    mx: async (name) => (await answer(resolver.resolveMx(name))).map(({ exchange }) => exchange),
  };
}

async function answer<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    if (['ENOTFOUND', 'ENODATA'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
