import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { keepLetter } from './kept-mail.ts';

/** How a relay answered for one letter. */
export type RelayOutcome =
  | { state: 'sent'; reply: string }
  /** Not now: the letter is tried again. `everyone`: nothing to do with this letter; the relay itself is away. */
  | { state: 'deferred'; reply: string; everyone: boolean }
  /** Never: this address or this letter is refused for good. */
  | { state: 'bounced'; reply: string }
  /** The connection broke after the letter was handed over: nobody knows. */
  | { state: 'uncertain'; reply: string }
  /** `atTheDot` said no: somebody else has the letter, and it was not handed over here. */
  | { state: 'lost' };

export interface Envelope {
  from: string;
  to: string;
}

/** Where letters go. `atTheDot` is asked at the last moment before a letter counts as handed over, and may say no. */
export interface Relay {
  /** How many letters may be under way at once. */
  readonly lanes: number;
  send(
    envelope: Envelope,
    messageId: string,
    bytes: Buffer,
    atTheDot: () => Promise<boolean>,
  ): Promise<RelayOutcome>;
  close(): void;
}

const LANES = 5;

/** No relay is set: letters are kept as files, readable at the desk. */
export function keptMailRelay(dataDir: string): Relay {
  return {
    lanes: 1,
    async send(_envelope, messageId, bytes, atTheDot) {
      if (!(await atTheDot())) return { state: 'lost' };
      await keepLetter(dataDir, messageId, bytes);
      return { state: 'sent', reply: 'kept as a file: no SMTP_URL is set' };
    },
    close() {},
  };
}

/** A relay over SMTP, by nodemailer. */
export function smtpRelay(url: string): Relay {
  const { hostname, protocol } = new URL(url);
  const local = isLoopback(hostname);
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: LANES,
    // Only for a kept connection that the relay had ended meanwhile; all else is tried again by us, who know how far it came.
    maxRequeues: 1,
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 60_000,
    // Across a network a letter is never sent in the clear; a relay on this machine may have no certificate.
    requireTLS: protocol === 'smtp:' && !local,
    tls: { rejectUnauthorized: !local },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Handed as `raw`, the stream would be pulled before the envelope is sent; given to the connection it is pulled after
  // the server's 354, so that its end is the final dot.
  transport.use('stream', (mail, done) => {
    const { letter } = mail.data as unknown as { letter: () => Readable };
    mail.message.createReadStream = letter as never;
    done();
  });
  return {
    lanes: LANES,
    async send(envelope, _messageId, bytes, atTheDot) {
      const way: Way = { isConnected: false, isHandedOver: false };
      const letter = () => {
        way.isConnected = true;
        return inOnePiece(bytes, async () => {
          if (!(await atTheDot())) throw new LostLetter();
          way.isHandedOver = true;
        });
      };
      try {
        const { response } = await transport.sendMail({
          envelope: { from: envelope.from, to: [envelope.to] },
          raw: '',
          letter,
        } as never);
        return { state: 'sent', reply: oneLine(response) };
      } catch (error) {
        if (error instanceof LostLetter) return { state: 'lost' };
        if ((error as SmtpError).code === 'ESTREAM') throw error; // a fault of atTheDot
        return outcomeOf(error as SmtpError, way);
      }
    },
    close: () => transport.close(),
  };
}

/** How far a letter came. */
interface Way {
  /** The relay has greeted us: from here on a broken line may be this letter's doing. */
  isConnected: boolean;
  isHandedOver: boolean;
}

/** Ends a letter's stream without the final dot. */
class LostLetter extends Error {}

/** nodemailer pulls this after the server's 354; the end of the stream becomes the final dot. */
function inOnePiece(bytes: Buffer, beforeEnd: () => Promise<void>): Readable {
  let given = false;
  return new Readable({
    highWaterMark: bytes.length + 1,
    read() {
      if (!given) {
        given = true;
        this.push(bytes);
        return;
      }
      beforeEnd().then(
        () => this.push(null),
        (error: Error) => this.destroy(error),
      );
    },
  });
}

type SmtpError = Error & { code?: string; command?: string; responseCode?: number; response?: string };

/**
 * RFC 5321 section 4.2.1: a 5xx to RCPT or to the letter itself is for good; all else may pass. MAIL speaks of the
 * site alone, so that what is said to it holds for every letter.
 */
function outcomeOf(error: SmtpError, { isConnected, isHandedOver }: Way): RelayOutcome {
  const reply = oneLine(error.response ?? `no answer (${error.code ?? 'unknown'})`);
  const status = error.responseCode;
  if (status === undefined && isHandedOver) return { state: 'uncertain', reply };
  const everyone = !isConnected || error.command === 'MAIL FROM';
  const isAboutLetter = isHandedOver || error.command === 'RCPT TO' || error.command === 'DATA';
  if (status !== undefined && status >= 500 && isAboutLetter) return { state: 'bounced', reply };
  return { state: 'deferred', reply, everyone };
}

function oneLine(reply: string): string {
  return reply.replace(/\s+/g, ' ').slice(0, 300);
}

function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
