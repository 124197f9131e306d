import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import { projectRoot } from '#core/platform/config.ts';

/** A moment of an SMTP conversation at which a relay can go wrong; at the dot it has the whole letter. */
export type Moment = 'greeting' | 'EHLO' | 'STARTTLS' | 'MAIL' | 'RCPT' | 'DATA' | 'dot';

/**
 * Answers a moment in its own way: with a reply, `cut` for the line, `hang` for no answer, `drip` for one that comes
 * octet by octet without end, `flood` for one that is far too long. Undefined where all goes well.
 */
export type Script = (moment: Moment, recipient: string) => string | undefined;

/** Which certificate of tests/support/certificates it shows, and whether it says that it can encrypt. */
export type Security = { certificate: string; announced?: boolean };

const WELL: Record<Moment, string> = {
  greeting: '220 relay.test',
  EHLO: '250 relay.test',
  STARTTLS: '220 2.0.0 go ahead',
  MAIL: '250 2.1.0 sender ok',
  RCPT: '250 2.1.5 recipient ok',
  DATA: '354 go on',
  dot: '250 2.0.0 taken',
};
/** One octet of an endless reply each so many milliseconds. */
const DRIP_MS = 5;
const FLOOD_BYTES = 10 * 1024 * 1024;

export interface ScriptedRelay {
  url: string;
  /** How many letters it promised to deliver, and the text of each; of one that was cut off, nothing. */
  taken: number;
  letters: string[];
  connections: number;
  /** Every command that came in the clear. */
  plain: string[];
  /** Ends every connection, as a relay does with those that are idle. */
  hangUp(): void;
}

/** A relay that goes wrong exactly where a test says. */
export async function startScriptedRelay(
  t: Pick<TestContext, 'after'>,
  script: Script,
  { pipelining = false, extensions = [] as string[], security = undefined as Security | undefined } = {},
): Promise<ScriptedRelay> {
  const sockets = new Set<Socket>();
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  const relay: ScriptedRelay = { url: '', taken: 0, letters: [], connections: 0, plain: [], hangUp };
  const announced = [...extensions, ...(pipelining ? ['PIPELINING'] : [])];
  const server = createServer((socket) => {
    relay.connections++;
    sockets.add(socket.on('error', () => {}));
    new Conversation(relay, script, announced, security).begin(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay.url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => {
    hangUp();
    server.close();
  });
  return relay;
}

export function certificate(name: string): string {
  return readFileSync(path.join(projectRoot, 'tests/support/certificates', `${name}.pem`), 'utf8');
}

class Conversation {
  readonly #relay: ScriptedRelay;
  readonly #script: Script;
  readonly #extensions: readonly string[];
  readonly #security: Security | undefined;
  #socket!: Socket;
  #recipient = '';
  #rest = '';
  #letter: string[] | undefined;
  #isAddressed = false;

  constructor(
    relay: ScriptedRelay,
    script: Script,
    extensions: readonly string[],
    security: Security | undefined,
  ) {
    this.#relay = relay;
    this.#script = script;
    this.#extensions = extensions;
    this.#security = security;
  }

  begin(socket: Socket): void {
    this.#listen(socket);
    this.#answer('greeting');
  }

  #listen(socket: Socket): void {
    this.#socket = socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#rest += text;
      for (
        let end = this.#rest.indexOf('\r\n');
        end >= 0 && !socket.destroyed;
        end = this.#rest.indexOf('\r\n')
      ) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        this.#hear(line);
      }
    });
  }

  #hear(line: string): void {
    if (this.#letter && line === '.') this.#answer('dot');
    else if (this.#letter) this.#letter.push(line);
    else {
      if (!(this.#socket instanceof TLSSocket)) this.#relay.plain.push(line);
      const verb = (line.split(' ')[0] ?? '').toUpperCase().replace('HELO', 'EHLO');
      this.#recipient = /^RCPT TO:<(.*)>/i.exec(line)?.[1] ?? this.#recipient;
      if (verb in WELL) this.#answer(verb as Moment);
      else this.#socket.write('250 2.0.0 ok\r\n');
    }
  }

  #answer(moment: Moment): void {
    const reply = this.#script(moment, this.#recipient) ?? this.#usual(moment);
    if (reply === 'cut') this.#socket.destroy();
    else if (reply === 'drip') this.#drip();
    else if (reply === 'flood') this.#socket.write(`250-${'x'.repeat(FLOOD_BYTES)}`);
    else if (reply !== 'hang') this.#say(moment, reply);
  }

  #usual(moment: Moment): string {
    if (moment === 'DATA' && !this.#isAddressed) return '503 5.5.1 nobody to send it to';
    if (moment === 'STARTTLS' && !this.#security) return '502 5.5.1 not known';
    return WELL[moment];
  }

  #say(moment: Moment, reply: string): void {
    if (moment === 'RCPT') this.#isAddressed = reply.startsWith('2');
    if (moment === 'dot' && reply.startsWith('2')) {
      this.#relay.taken++;
      this.#relay.letters.push((this.#letter ?? []).join('\r\n'));
    }
    this.#letter = moment === 'DATA' && reply.startsWith('354') ? [] : undefined;
    const lines = reply === WELL.EHLO ? ['relay.test', ...this.#announced()] : [];
    this.#socket.write(
      lines.length > 0
        ? lines.map((line, n) => `250${n === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('')
        : `${reply}\r\n`,
    );
    if (moment === 'STARTTLS' && reply === WELL.STARTTLS) this.#encrypt();
  }

  #announced(): string[] {
    const encrypts = this.#security && this.#security.announced !== false;
    return [...this.#extensions, ...(encrypts && !(this.#socket instanceof TLSSocket) ? ['STARTTLS'] : [])];
  }

  #encrypt(): void {
    const { certificate: name = '' } = this.#security ?? {};
    const plain = this.#socket.removeAllListeners('data');
    const secured = { isServer: true, key: certificate('key'), cert: certificate(name) };
    this.#listen(new TLSSocket(plain, secured));
  }

  #drip(): void {
    this.#socket.write('250-');
    const timer = setInterval(() => this.#socket.write('x'), DRIP_MS);
    this.#socket.once('close', () => clearInterval(timer));
  }
}
