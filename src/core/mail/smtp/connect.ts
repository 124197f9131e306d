import type { Socket } from 'node:net';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import { SECOND } from '../../platform/clock.ts';
import type { SmtpSettings } from './settings.ts';

/** A relay that has greeted us, encrypted where that is asked for, and let us in. */
export interface Peer {
  socket: Socket;
  /** What it announced, in upper case, such as `PIPELINING`. */
  extensions: ReadonlySet<string>;
  /** Octets that a letter may have; 0 where it did not say. */
  largest: number;
}

/** The relay cannot be had. `code` is what it said, where it said anything. */
export class NoRelay extends Error {
  readonly code: number | undefined;
  constructor(reply: string, code?: number) {
    super(reply);
    this.code = code;
  }
}

/**
 * Greeting, EHLO, STARTTLS and AUTH by nodemailer; from then on the socket is ours.
 *
 * @throws NoRelay
 */
export async function connect({ connection: options, auth, pipelining, times }: SmtpSettings): Promise<Peer> {
  const connection = new SMTPConnection(options);
  const { promise, resolve, reject } = Promise.withResolvers<Peer>();
  // nodemailer's own limits hold for a step or for silence; this one for all together.
  const limit = setTimeout(() => reject(new NoRelay('no answer (ETIMEDOUT): it took too long')), times.setUp);
  connection.on('error', (error) => reject(noRelay(error)));
  connection.connect((error) => {
    const ehlo = connection.lastServerResponse || '';
    const ready = () => resolve(peerOf(connection, pipelining ? ehlo : ehlo.replace(/PIPELINING/gi, '')));
    if (error) reject(noRelay(error));
    else if (!auth || !connection.allowsAuth) ready();
    else
      connection.login({ user: auth.user, credentials: auth }, (refusal) =>
        refusal ? reject(noRelay(refusal)) : ready(),
      );
  });
  try {
    return await promise;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/** Takes the socket: nodemailer's listeners for what comes in go, those that end it in order stay. */
function peerOf(connection: SMTPConnection, ehlo: string): Peer {
  const socket = connection._socket as Socket;
  socket.removeAllListeners('data').removeAllListeners('timeout');
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30 * SECOND);
  const lines = ehlo.split(/\r?\n/).slice(1);
  const announced = lines.map((line) => line.slice(4).trim().toUpperCase().split(/\s+/));
  const size = announced.find(([name]) => name === 'SIZE');
  return {
    socket,
    extensions: new Set(announced.map(([name = '']) => name)),
    largest: Number(size?.[1] ?? 0) || 0,
  };
}

function noRelay({ code, originalCode, responseCode, response, message }: SMTPError): NoRelay {
  if (response) return new NoRelay(response.replace(/\s+/g, ' ').slice(0, 300), responseCode);
  const words = code === 'ETLS' || code === 'ESOCKET' || code === 'EPROTOCOL' ? `: ${message}` : '';
  return new NoRelay(`no answer (${originalCode ?? code ?? 'unknown'})${words}`.slice(0, 300));
}
