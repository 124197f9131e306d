import type { Config } from './config.ts';

const MOST = 200;

/**
 * The name and message of an error for the desk: one line, without the paths, addresses, tokens and secrets that a message
 * may quote. The stack is for the log alone.
 */
export function errorWords(error: unknown, config: Config): string {
  const name = error instanceof Error ? error.name : typeof error;
  const message = error instanceof Error ? error.message : String(error);
  const plain = HIDDEN.reduce(
    (text, [pattern, words]) => text.replace(pattern, words),
    withoutSecrets(message.slice(0, LONGEST), config),
  );
  return `${name}: ${plain.replace(/\s+/g, ' ').trim()}`.slice(0, MOST);
}

/** So much of a message is looked at: no pattern has much to do. */
const LONGEST = 2000;

const HIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/\S+/gi, '[address]'],
  [/[^\s<>"'`]+@[^\s<>"'`]+/g, '[mail address]'],
  [/(?:\b[A-Za-z]:)?\\(?:[^\s\\'"`]+\\)*[^\s\\'"`]+/g, '[path]'],
  [/(?<![\w])\.{0,2}\/(?:[^\s/'"`]+\/)*[^\s/'"`,;:)]+/g, '[path]'],
  [/[A-Za-z0-9_+=-]{24,}/g, '[…]'],
];

function withoutSecrets(text: string, config: Config): string {
  return secretsOf(config).reduce((left, secret) => left.replaceAll(secret, '[…]'), text);
}

function secretsOf({ akismet, postmarkSecret, smtpUrl, databaseUrl, bounceMailbox }: Config): string[] {
  const passwords = [smtpUrl, databaseUrl, bounceMailbox?.href].flatMap((url) => {
    const written = url === undefined ? '' : new URL(url).password;
    return [written, decoded(written)];
  });
  return [akismet?.key ?? '', postmarkSecret ?? '', ...passwords].filter((secret) => secret.length > 3);
}

function decoded(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written; // a stray %: that is how it was meant
  }
}
