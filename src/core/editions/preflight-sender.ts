import type { Mailbox } from '../mail/letter.ts';
import { domainOf } from '../platform/email-address.ts';
import { isLoopback } from '../platform/loopback.ts';
import type { House } from './house.ts';
import { note, type PreflightFinding, type PreflightParts, stop } from './preflight-finding.ts';

/** Whether mail from this sender can be believed by those who get it. */
export function senderFindings(
  { config, siteUrl }: Pick<PreflightParts, 'config' | 'siteUrl'>,
  { postalAddress }: Pick<House, 'postalAddress'>,
  from: Mailbox,
): PreflightFinding[] {
  const domain = domainOf(from.address).toLowerCase();
  const findings: PreflightFinding[] = [];
  if (config.dkim && !isAligned(domain, config.dkim.domain.toLowerCase()))
    findings.push(
      stop(
        `Letters are from ${domain}, but signed for ${config.dkim.domain}: receivers would not believe them. Set MAIL_FROM or DKIM_DOMAIN so that they agree.`,
        { isFinal: true },
      ),
    );
  // To a relay on this machine, as when it is tried out, a made-up sender does no harm.
  if (leavesTheMachine(config.smtpUrl) && /(?:^|\.)example(?:\.(?:com|net|org))?$/.test(domain))
    findings.push(
      stop(`The sender’s address, ${from.address}, is made up: set MAIL_FROM.`, { isFinal: true }),
    );
  if (!postalAddress.trim() || postalAddress.includes('has yet to'))
    findings.push(
      note(
        'There is no postal address in the letter; the law asks for one: newsletter.postalAddress in content/site.yaml.',
      ),
    );
  if (config.smtpUrl !== undefined && siteUrl.protocol !== 'https:')
    findings.push(
      note(
        'SITE_URL is plain http: mail programs offer leaving by one press only over https. Set SITE_URL to the site’s https address.',
      ),
    );
  return findings;
}

function leavesTheMachine(smtpUrl: string | undefined): boolean {
  return smtpUrl !== undefined && !isLoopback(new URL(smtpUrl).hostname);
}

/** Relaxed, as DMARC is where nothing else is said (RFC 7489 section 3.1.1): the same, or one under the other. */
export function isAligned(from: string, signed: string): boolean {
  return from === signed || from.endsWith(`.${signed}`) || signed.endsWith(`.${from}`);
}
