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
  /** How many letters are best under way at once, as far as it has learned. */
  readonly room: number;
  /** How many letters are being handed over now; further ones that were given wait their turn. */
  readonly inUse: number;
  send(
    envelope: Envelope,
    messageId: string,
    bytes: Buffer,
    atTheDot: () => Promise<boolean>,
  ): Promise<RelayOutcome>;
  /** Lets go of the letters under way, too: what became of those at the dot is not known then. */
  cut(): void;
  /** Lets go of connections that are kept. */
  close(): void;
}

/** No relay is set: letters are kept as files, readable at the desk. */
export function keptMailRelay(dataDir: string): Relay {
  return {
    room: 1,
    inUse: 1,
    async send(_envelope, messageId, bytes, atTheDot) {
      if (!(await atTheDot())) return { state: 'lost' };
      await keepLetter(dataDir, messageId, bytes);
      return { state: 'sent', reply: 'kept as a file: no SMTP_URL is set' };
    },
    cut() {},
    close() {},
  };
}
