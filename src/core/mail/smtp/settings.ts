import { parseConnectionUrl } from 'nodemailer/lib/shared';
import type { Options } from 'nodemailer/lib/smtp-connection';
import { MINUTE, SECOND } from '../../platform/clock.ts';
import { isLoopback } from '../../platform/loopback.ts';

/** How long each step with a relay may take in all, however busily it talks meanwhile. */
export interface SmtpTimes {
  /** From the first packet to the end of signing in. */
  setUp: number;
  /** MAIL, RCPT, DATA: each of them. RFC 5321 section 4.5.3.2 has up to 5 minutes; nobody is known to need them. */
  command: number;
  /** Until the letter is off, without its end. */
  body: number;
  /** Until the answer to the final dot. Who hangs up early here makes doubles: the 10 minutes of the RFC. */
  dot: number;
  /** How long a connection is kept for the next letter. */
  idle: number;
}

/** How to reach a relay. */
export interface SmtpSettings {
  connection: Options;
  auth: { user: string; pass: string } | undefined;
  /** How many connections there may be at most. */
  most: number;
  /** Whether commands go out in groups where the relay says that it takes them so (RFC 2920). */
  pipelining: boolean;
  times: SmtpTimes;
}

const TIMES: SmtpTimes = {
  setUp: MINUTE,
  command: 2 * MINUTE,
  body: 3 * MINUTE,
  dot: 10 * MINUTE,
  idle: 20 * SECOND,
};
const MOST_CONNECTIONS = 32;

/**
 * Reads SMTP_URL as nodemailer does: user and password, and its options as query (`?name=…`, `&maxConnections=4`,
 * `&tls.servername=…`, `&pipelining=false` for a relay that says it can and cannot), which go before what is set here.
 */
export function smtpSettings(url: string, times: Partial<SmtpTimes> = {}): SmtpSettings {
  const { auth, tls, maxConnections, pipelining, ...given } = parseConnectionUrl(url) as Options & {
    auth?: { user: string; pass: string };
    maxConnections?: number;
    pipelining?: boolean;
  };
  const local = isLoopback(given.host ?? '');
  const all = { ...TIMES, ...times };
  const connection: Options = {
    // Across a network a letter is never sent in the clear; a relay on this machine may have no certificate.
    requireTLS: given.secure === false && !local,
    connectionTimeout: all.setUp,
    greetingTimeout: all.setUp,
    socketTimeout: all.setUp,
    dnsTimeout: all.setUp,
    maxResponseSize: 64 * 1024,
    ...given,
    tls: { rejectUnauthorized: !local, ...tls },
  };
  return {
    connection,
    auth,
    most: maxConnections ?? MOST_CONNECTIONS,
    pipelining: pipelining !== false,
    times: all,
  };
}
