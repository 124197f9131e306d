import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { selfSigned } from './certificate.ts';

export interface KeptMessage {
  uid: number;
  source: Buffer;
  flags: Set<string>;
}

/** A mail server that speaks as much IMAP (RFC 3501) as a reader of one mailbox needs. */
export interface ImapFake {
  /** The setting for it. */
  url: string;
  /** Its folders; a test may put messages in and take them out. */
  folders: Map<string, KeptMessage[]>;
  put(source: Buffer): void;
  /** Every command that it has heard. */
  heard: string[];
}

export interface ImapFakeOptions {
  password?: string;
  /** Whether it knows MOVE (RFC 6851). */
  canMove?: boolean;
  /** Whether folders may be made. */
  canCreate?: boolean;
  /** Whether it speaks TLS from the first byte on, with a certificate that it has signed itself. */
  isSecure?: boolean;
}

type Session = { selected: string; write(line: string | Buffer): void };
type Answer = string;

const WORDS = /"([^"]*)"|(\S+)/g;

export async function startImapFake(
  t: Pick<TestContext, 'after'>,
  { password = 'the-password', canMove = true, canCreate = true, isSecure = false }: ImapFakeOptions = {},
): Promise<ImapFake> {
  const folders = new Map<string, KeptMessage[]>([['INBOX', []]]);
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let lastUid = 0;
  const capabilities = `IMAP4rev1 UIDPLUS${canMove ? ' MOVE' : ''}`;

  const answer = (command: string, rest: string, session: Session): Answer => {
    const all = folders.get(session.selected) ?? [];
    const chosen = (range: string) => all.filter(({ uid }) => range.split(',').map(Number).includes(uid));
    switch (command) {
      case 'CAPABILITY':
        session.write(`* CAPABILITY ${capabilities}`);
        return 'OK';
      case 'LOGIN':
        return words(rest)[1] === password ? 'OK' : 'NO [AUTHENTICATIONFAILED]';
      case 'LIST':
      case 'LSUB':
        if (words(rest)[1] === '') session.write('* LIST (\\Noselect) "/" ""');
        else for (const name of folders.keys()) session.write(`* LIST () "/" "${name}"`);
        return 'OK';
      case 'CREATE': {
        const [name = ''] = words(rest);
        if (!canCreate || folders.has(name)) return 'NO';
        folders.set(name, []);
        return 'OK';
      }
      case 'SELECT': {
        session.selected = words(rest)[0] ?? '';
        const found = folders.get(session.selected);
        if (!found) return 'NO';
        session.write(`* ${found.length} EXISTS`);
        session.write('* FLAGS (\\Seen \\Flagged \\Deleted)');
        session.write('* OK [UIDVALIDITY 1]');
        return 'OK [READ-WRITE]';
      }
      case 'UID SEARCH': {
        const wanted = all.filter(({ flags }) => !flags.has('\\Seen') && !flags.has('\\Flagged'));
        session.write(`* SEARCH ${wanted.map(({ uid }) => uid).join(' ')}`.trim());
        return 'OK';
      }
      case 'UID FETCH': {
        for (const { uid, source } of chosen(words(rest)[0] ?? '')) {
          const [, most = source.length] = /<0\.(\d+)>/.exec(rest) ?? [];
          const part = source.subarray(0, Number(most));
          const place = all.findIndex((one) => one.uid === uid) + 1;
          session.write(
            Buffer.concat([
              Buffer.from(`* ${place} FETCH (UID ${uid} BODY[]<0> {${part.length}}\r\n`),
              part,
              Buffer.from(')\r\n'),
            ]),
          );
        }
        return 'OK';
      }
      case 'UID STORE': {
        const [range = ''] = words(rest);
        const flags = /\(([^)]*)\)/.exec(rest)?.[1]?.split(' ') ?? [];
        for (const message of chosen(range)) for (const flag of flags) message.flags.add(flag);
        return 'OK';
      }
      case 'UID MOVE':
      case 'UID COPY': {
        const [range = '', to = ''] = words(rest);
        const target = folders.get(to);
        if (!target) return 'NO [TRYCREATE]';
        const moved = chosen(range);
        target.push(...moved.map((message) => ({ ...message, flags: new Set(message.flags) })));
        if (command === 'UID MOVE') remove(all, moved, session);
        return 'OK';
      }
      case 'UID EXPUNGE': {
        remove(
          all,
          all.filter(({ flags }) => flags.has('\\Deleted')),
          session,
        );
        return 'OK';
      }
      case 'LOGOUT':
        session.write('* BYE');
        return 'OK';
      default:
        return ['NOOP', 'SUBSCRIBE', 'CLOSE'].includes(command) ? 'OK' : 'BAD';
    }
  };

  const meet = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const session: Session = {
      selected: '',
      write: (line) => socket.write(typeof line === 'string' ? `${line}\r\n` : line),
    };
    session.write(`* OK [CAPABILITY ${capabilities}] ready`);
    eachLine(socket, (line) => {
      heard.push(line.replace(/^\S+ /, ''));
      const [, tag = '*', name = '', rest = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/i.exec(line) ?? [];
      const command = name.toUpperCase();
      session.write(`${tag} ${answer(command, rest, session)} ${command}`);
      if (command === 'LOGOUT') socket.end();
    });
  };
  const server = isSecure ? createTlsServer(identity(), meet) : createServer(meet);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${isSecure ? 'imaps' : 'imap'}://watchpost%40news.test:${encodeURIComponent(password)}@127.0.0.1:${port}/INBOX`,
    folders,
    heard,
    put: (source) => void folders.get('INBOX')?.push({ uid: ++lastUid, source, flags: new Set() }),
  };
}

function identity(): { key: string; cert: string } {
  const { pem, privateKey } = selfSigned('localhost', {
    from: '2020-01-01T00:00:00Z',
    to: '2049-01-01T00:00:00Z',
  });
  return { cert: pem, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function words(text: string): string[] {
  return [...text.matchAll(WORDS)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function remove(all: KeptMessage[], gone: readonly KeptMessage[], session: Session): void {
  for (const message of gone) {
    const place = all.indexOf(message);
    all.splice(place, 1);
    session.write(`* ${place + 1} EXPUNGE`);
  }
}

function eachLine(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
