import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** An answer as in access(5); `wait` for none until a later one is given. */
export type PolicyAnswer = (recipient: string) => string;

/** What Postfix asks about each letter that has come as far as its final dot (SMTPD_POLICY_README). */
export interface PostfixPolicy {
  port: number;
  /** Of each letter from now on, and of each that waits, in order. */
  answer(next: PolicyAnswer): void;
  /** Recipients of the letters that wait, in order. */
  waiting(): string[];
  stop(): void;
}

/** A policy server that lets every letter be taken until it is told otherwise. */
export async function startPolicy(): Promise<PostfixPolicy> {
  let answer: PolicyAnswer = () => 'DUNNO';
  let questions: { recipient: string; socket: Socket }[] = [];
  const sockets = new Set<Socket>();
  const look = () => {
    const asked = questions;
    questions = [];
    for (const question of asked) {
      const action = answer(question.recipient);
      if (action === 'wait') questions.push(question);
      else question.socket.write(`action=${action}\n\n`);
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    let text = '';
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        questions.push({ recipient: /^recipient=(.*)$/m.exec(text)?.[1] ?? '', socket });
        text = text.slice(end + 2);
      }
      look();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    answer(next) {
      answer = next;
      look();
    },
    waiting: () => questions.map(({ recipient }) => recipient),
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
