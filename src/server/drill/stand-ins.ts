import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Stands where Akismet would, on this machine alone. */
export interface AkismetStandIn {
  url: URL;
  /** Until this is set, it takes every question and answers none. */
  isAnswering: boolean;
  asked: number;
  /** Questions that whoever asked still waits with. */
  open: number;
  close(): Promise<void>;
}

export async function akismetStandIn(): Promise<AkismetStandIn> {
  const server = createHttpServer((req, res) => {
    standIn.asked++;
    standIn.open++;
    res.once('close', () => standIn.open--);
    req.resume();
    if (!standIn.isAnswering) return; // whoever asks has to lose patience
    const isKey = req.url?.includes('verify-key');
    req.on('end', () => res.setHeader('content-type', 'text/plain').end(isKey ? 'valid' : 'false'));
  });
  const close = closer(server);
  const port = await listening(server, 0);
  const standIn: AkismetStandIn = {
    ...{ url: new URL(`http://${LOOPBACK}:${port}`), isAnswering: false, asked: 0, open: 0 },
    close,
  };
  return standIn;
}

/** How a relay behaves: nobody at its port, not now, or it takes letters, but for one address that it refuses for good. */
export type RelayMood = 'absent' | 'not-now' | 'taking';

/** Stands where the mail relay would, on this machine alone: what it takes goes nowhere. */
export interface RelayStandIn {
  url: string;
  /** The recipient of each letter that it took, in order. */
  taken: string[];
  become(mood: RelayMood): Promise<void>;
  close(): Promise<void>;
}

/** @param refused the address that it never takes letters for */
export async function relayStandIn(refused: string): Promise<RelayStandIn> {
  const taken: string[] = [];
  let mood: RelayMood = 'absent';
  const answerTo = (recipient: string): string => {
    if (mood === 'not-now') return '451 4.3.2 Not now, try again later';
    return recipient === refused ? '550 5.1.1 There is no such mailbox' : '250 2.1.5 Ok';
  };
  let server: Server | undefined = createServer();
  const port = await listening(server, 0);
  await closer(server)();
  server = undefined;
  let close = async () => {};
  return {
    url: `smtp://${LOOPBACK}:${port}`,
    taken,
    async become(next) {
      mood = next;
      await close();
      close = async () => {};
      if (next === 'absent') return;
      const open = createServer((socket) => converse(socket, answerTo, (to) => taken.push(to)));
      close = closer(open);
      await listening(open, port);
    },
    close: () => close(),
  };
}

/** One SMTP conversation, as far as our own sender leads one (RFC 5321). */
function converse(socket: Socket, answerTo: (recipient: string) => string, take: (to: string) => void): void {
  let rest = '';
  let isData = false;
  let recipient = '';
  const say = (line: string) => socket.write(`${line}\r\n`);
  const answer = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') say('250-drill.invalid\r\n250 8BITMIME');
    else if (verb === 'RCPT') {
      const to = /<([^>]*)>/.exec(line)?.[1] ?? '';
      const reply = answerTo(to);
      if (reply.startsWith('2')) recipient = to;
      say(reply);
    } else if (verb === 'DATA') {
      isData = recipient !== '';
      say(isData ? '354 Go on' : '503 5.5.1 Nobody to send it to');
    } else if (verb === 'QUIT') socket.end('221 2.0.0 Bye\r\n');
    else say('250 2.0.0 Ok'); // MAIL, RSET, NOOP
  };
  socket.on('error', () => socket.destroy());
  socket.setEncoding('latin1').on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!isData) answer(line);
      else if (line === '.') {
        isData = false;
        take(recipient);
        recipient = '';
        say('250 2.0.0 Taken');
      }
    }
  });
  say('220 drill.invalid ESMTP');
}

async function listening(server: Server, port: number): Promise<number> {
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Closes it with every connection that it has. */
function closer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}
