import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A moment of an SMTP conversation at which a relay can go wrong; at the dot it has the whole letter. */
export type Moment = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'dot';

/** Answers a moment in its own way: a reply, or `cut` for the line. Undefined where all goes well. */
export type Script = (moment: Moment, recipient: string) => string | undefined;

const WELL: Record<Moment, string> = {
  greeting: '220 relay.test',
  EHLO: '250 relay.test',
  MAIL: '250 2.1.0 sender ok',
  RCPT: '250 2.1.5 recipient ok',
  DATA: '354 go on',
  dot: '250 2.0.0 taken',
};

/** A relay that goes wrong exactly where a test says; `taken` counts the letters that it promised to deliver. */
export async function startScriptedRelay(
  t: Pick<TestContext, 'after'>,
  script: Script,
  { pipelining = false } = {},
): Promise<{ url: string; taken: number; connections: number }> {
  const sockets = new Set<Socket>();
  const relay = { url: '', taken: 0, connections: 0 };
  const server = createServer((socket) => {
    relay.connections++;
    sockets.add(socket.on('error', () => {}));
    converse(socket, relay, script, pipelining);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay.url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return relay;
}

function converse(socket: Socket, relay: { taken: number }, script: Script, pipelining: boolean): void {
  let recipient = '';
  let rest = '';
  let isLetter = false;
  let isAddressed = false;
  const answer = (moment: Moment) => {
    const usual = moment === 'DATA' && !isAddressed ? '503 5.5.1 nobody to send it to' : WELL[moment];
    const reply = script(moment, recipient) ?? usual;
    if (reply === 'cut') return socket.destroy();
    if (moment === 'RCPT') isAddressed = reply.startsWith('2');
    isLetter = moment === 'DATA' && reply.startsWith('354');
    if (moment === 'dot' && reply.startsWith('2')) relay.taken++;
    const more = pipelining && reply === WELL.EHLO ? '250-PIPELINING\r\n' : '';
    return socket.write(`${more}${reply}\r\n`);
  };
  answer('greeting');
  socket.setEncoding('latin1').on('data', (text: string) => {
    rest += text;
    for (let end = rest.indexOf('\r\n'); end >= 0 && !socket.destroyed; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (isLetter) {
        if (line === '.') answer('dot');
        continue;
      }
      const verb = line.slice(0, 4).toUpperCase().replace('HELO', 'EHLO');
      recipient = /^RCPT TO:<(.*)>/i.exec(line)?.[1] ?? recipient;
      if (verb in WELL) answer(verb as Moment);
      else socket.write('250 2.0.0 ok\r\n');
    }
  });
}
