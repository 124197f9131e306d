import { EventEmitter, once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** An accepted message; `text` is `raw` read as UTF-8. */
export type SmtpMessage = { from: string; to: string[]; raw: Buffer; text: string };
/** The answer to a verb; a refused DATA is answered after the final dot. */
export type SmtpRefusal = { code: number; message: string; verb: 'MAIL' | 'RCPT' | 'DATA' };
/** Asked with '' at MAIL, where no recipient is known yet. */
export type SmtpRule = (recipient: string) => SmtpRefusal | undefined;

export type SmtpFake = {
  readonly url: string;
  readonly port: number;
  /** Every accepted message, oldest first. */
  readonly messages: SmtpMessage[];
  /** Replaces the rule; until then everything is accepted. */
  refuse(rule: SmtpRule): void;
  /** Resolves when at least `count` messages have come; throws after 15 s. */
  until(count: number): Promise<SmtpMessage[]>;
  /** Closes the port and every open socket. */
  stop(): Promise<void>;
};

/**
 * Takes mail by SMTP on 127.0.0.1, without TLS or AUTH.
 *
 * @param options.port to come back where an earlier fake was; the kernel chooses by default
 */
export async function startSmtpFake({ port = 0 } = {}): Promise<SmtpFake> {
  const messages: SmtpMessage[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  const sockets = new Set<Socket>();
  let rule: SmtpRule = () => undefined;

  const refused = (verb: SmtpRefusal['verb'], recipients: string[]) => {
    const refusal = recipients.map(rule).find((answer) => answer?.verb === verb);
    return refusal && Object.assign(new Error(refusal.message), { responseCode: refusal.code });
  };
  const accept = async (stream: SMTPServerDataStream, { envelope }: SMTPServerSession) => {
    const from = envelope.mailFrom ? envelope.mailFrom.address : '';
    const to = envelope.rcptTo.map(({ address }) => address);
    const raw = await buffer(stream);
    const error = refused('DATA', to);
    if (error) throw error;
    messages.push({ from, to, raw, text: raw.toString() });
    arrivals.emit('message');
  };

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onMailFrom: (_sender, _session, reply) => reply(refused('MAIL', [''])),
    onRcptTo: ({ address }, _session, reply) => reply(refused('RCPT', [address])),
    onData: (stream, session, reply) => accept(stream, session).then(() => reply(), reply),
  });
  server.on('error', () => {}); // a client that breaks off; a port that is taken fails the start below
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${address.port}`,
    port: address.port,
    messages,
    refuse(newRule) {
      rule = newRule;
    },
    async until(count) {
      const signal = AbortSignal.timeout(15_000);
      while (messages.length < count) {
        await once(arrivals, 'message', { signal }).catch(() => {
          throw new Error(`15 s have passed, and ${messages.length} of ${count} messages have come`);
        });
      }
      return messages;
    },
    async stop() {
      const closed = new Promise<void>((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Header fields by lower-case name (a field that comes twice is joined by a line feed), and the two bodies. */
export type Letter = { headers: Record<string, string>; text: string; html: string };

/** Reads a letter as far as assertions need it: RFC 2047 words and MIME parts decoded, lines ended by \n. */
export function letterOf(raw: Buffer): Letter {
  const entity = `\r\n${raw.toString('latin1')}`;
  const letter: Letter = { headers: splitEntity(entity).headers, text: '', html: '' };
  for (const { type, content } of partsOf(entity)) {
    if (type.startsWith('text/plain')) letter.text ||= content;
    if (type.startsWith('text/html')) letter.html ||= content;
  }
  return letter;
}

/** Entities are byte strings (latin1) that start with a line end, as they do after a boundary. */
function splitEntity(entity: string) {
  const [head = '', body = ''] = entity.split(/\r\n\r\n(.*)/s);
  const headers: Record<string, string> = {};
  for (const field of head.replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(field) ?? [];
    const key = name.toLowerCase();
    if (key) headers[key] = key in headers ? `${headers[key]}\n${wordsOf(value)}` : wordsOf(value);
  }
  return { headers, body };
}

function* partsOf(entity: string): Generator<{ type: string; content: string }> {
  const { headers, body } = splitEntity(entity);
  const type = headers['content-type'] ?? 'text/plain';
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type)?.slice(1).find(Boolean);
  if (boundary) {
    for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1)) yield* partsOf(part);
    return;
  }
  const bytes = decoded(body, headers['content-transfer-encoding']);
  yield { type: type.toLowerCase(), content: bytes.toString().replaceAll('\r\n', '\n') };
}

function decoded(body: string, encoding = '7bit'): Buffer {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64');
  return Buffer.from(/quoted-printable/i.test(encoding) ? unquoted(body) : body, 'latin1');
}

const unquoted = (text: string) =>
  text
    .replace(/=[ \t]*\r\n/g, '')
    .replace(/=([\dA-F]{2})/gi, (_match, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

function wordsOf(value: string): string {
  const joined = value.replace(/(\?=)\s+(?==\?)/g, '$1');
  const bytes = joined.replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_match, encoding, word) =>
    /b/i.test(encoding)
      ? Buffer.from(word, 'base64').toString('latin1')
      : unquoted(word.replaceAll('_', ' ')),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
