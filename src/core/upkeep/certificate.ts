import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { SECOND } from '../platform/clock.ts';
import { wordsOf } from '../platform/errors.ts';

/** From the first packet to the end of the handshake. */
const TIME_OUT_MS = 5 * SECOND;

/** What readers' browsers make of a certificate: its end (UTC text), and what is wrong with it in words. */
export type CertificateFinding =
  | { state: 'sound'; until: string }
  | { state: 'faulty'; until: string; why: string }
  /** Nothing was seen: the words say what was met. */
  | { state: 'unseen'; why: string };

interface Looking {
  signal?: AbortSignal | undefined;
  /** Authorities to believe besides those that Node knows; PEM. */
  authority?: string;
}

/** Looks at the certificate that an address shows to its readers, as they are led to it. Throws nothing. */
export async function lookAtCertificate(
  siteUrl: URL,
  { signal, authority }: Looking = {},
): Promise<CertificateFinding> {
  const host = siteUrl.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: Number(siteUrl.port || 443),
    ...(isIP(host) === 0 && { servername: host }),
    ...(authority !== undefined && { ca: authority }),
    rejectUnauthorized: false, // a bad one is to be seen, not only refused
  });
  const limits = AbortSignal.any([AbortSignal.timeout(TIME_OUT_MS), ...(signal ? [signal] : [])]);
  try {
    await once(socket, 'secureConnect', { signal: limits });
    return findingOf(socket);
  } catch (error) {
    return { state: 'unseen', why: unseenWords(error as NodeJS.ErrnoException) };
  } finally {
    socket.on('error', () => {}); // nobody listens any more
    socket.destroy();
  }
}

function findingOf(socket: TLSSocket): CertificateFinding {
  const certificate = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (certificate.valid_to === undefined) return { state: 'unseen', why: 'The server shows no certificate.' };
  const until = new Date(certificate.valid_to).toISOString();
  // Node still takes the name of the subject, which browsers have not done since 2017.
  if (socket.authorized && certificate.subjectaltname === undefined)
    return { state: 'faulty', until, why: 'It names no host as browsers want it (subjectAltName).' };
  if (socket.authorized) return { state: 'sound', until };
  return { state: 'faulty', until, why: faultWords(String(socket.authorizationError)) };
}

const CHAIN =
  'Its signer is unknown, or the server leaves out the certificates between: let it send the whole chain.';
const UNKNOWN_SIGNER = 'No authority that browsers know has signed it.';

/** OpenSSL's names of what it found, as Node gives them. */
const FAULTS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'It has expired.',
  CERT_NOT_YET_VALID: 'It is not valid yet, or the clock of this machine is behind.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'It is for another name than that of SITE_URL.',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_SIGNER,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_SIGNER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CHAIN,
  UNABLE_TO_GET_ISSUER_CERT: CHAIN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CHAIN,
  CERT_REVOKED: 'Its authority has taken it back.',
};

function faultWords(error: string): string {
  const code = error.replace(/^Error: /, '');
  return FAULTS[code] ?? `Browsers will not take it (${code.slice(0, 100)}).`;
}

const MISSES: Record<string, string> = {
  ENOTFOUND: 'There is no address for the host of SITE_URL.',
  EAI_AGAIN: 'The name server does not answer.',
  ECONNREFUSED: 'Nothing listens there.',
  ABORT_ERR: 'There was no answer within five seconds.',
};

function unseenWords(error: NodeJS.ErrnoException): string {
  const code = error.code ?? '';
  return MISSES[code] ?? `The connection failed (${(code || wordsOf(error)).slice(0, 100)}).`;
}
