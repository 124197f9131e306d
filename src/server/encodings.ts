import type { IncomingHttpHeaders } from 'node:http';

/** Encodings that we send; identity is always allowed. */
export type Encoding = 'br' | 'gzip' | 'identity';

const TAKEN = { br: /\bbr\b/, gzip: /\bgzip\b/ };
/** `q=0` is a refusal (RFC 9110 section 12.4.2). */
const REFUSED = {
  br: /\bbr\s*;\s*q=0(?:\.0*)?\s*(?:,|$)/,
  gzip: /\bgzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)/,
};

/** The smallest form that the client takes. */
export function bestEncoding(
  headers: IncomingHttpHeaders,
  there: { br?: unknown; gzip?: unknown },
): Encoding {
  const accepted = String(headers['accept-encoding'] ?? '');
  const takes = (name: 'br' | 'gzip') => TAKEN[name].test(accepted) && !REFUSED[name].test(accepted);
  if (there.br && takes('br')) return 'br';
  return there.gzip && takes('gzip') ? 'gzip' : 'identity';
}
