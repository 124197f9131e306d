import { spawn } from 'node:child_process';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { PostfixTools } from '../../support/postfix-tools.ts';
import { isPinning, spawnPinned } from '../../support/processes.ts';

export interface YardstickJob {
  port: number;
  connections: number;
  letters: number;
  /** A ready letter. */
  file: string;
  from: string;
  to: string;
  /** A PEM file, where each letter is to be signed. */
  keyFile?: string;
}

/** Sends so many copies of one letter; letters a second. */
export interface Yardstick {
  run(job: YardstickJob): Promise<number>;
  stop(): Promise<void>;
}

/** In a process of its own: `bare` is a socket and nothing else, `pool` is nodemailer's, with the letter ready-made. */
export async function startYardstick(kind: 'bare' | 'pool'): Promise<Yardstick> {
  const started = spawnPinned('server', process.execPath, [import.meta.filename, kind], { ipc: true });
  await once(started.child, 'message');
  return {
    async run(job) {
      started.child.send(job);
      const [ms] = (await once(started.child, 'message')) as [number];
      return job.letters / (ms / 1000);
    },
    stop: () => started.stop(),
  };
}

/**
 * Postfix's own, in C: letters of the same length.
 *
 * @param keeps whether it keeps its connections; by default it makes one for each letter
 */
export function smtpSource(tools: PostfixTools, keeps: boolean): Yardstick {
  return {
    async run({ port, connections, letters, file, from, to }) {
      const size = readFileSync(file).length;
      const asked = ['-s', connections, '-l', size, '-m', letters, '-f', from, '-t', to].map(String);
      const command = [tools.program('smtp-source'), ...(keeps ? ['-d'] : []), ...asked, `127.0.0.1:${port}`];
      const whole = [...(isPinning ? ['taskset', '-c', '0'] : []), ...command];
      const began = performance.now();
      const child = spawn(whole[0] as string, whole.slice(1), { env: tools.env, stdio: 'inherit' });
      const [code] = (await once(child, 'exit')) as [number];
      if (code !== 0) throw new Error('smtp-source failed');
      return letters / ((performance.now() - began) / 1000);
    },
    stop: async () => {},
  };
}

const END = Buffer.from('\r\n.\r\n');

async function bare(job: YardstickJob): Promise<void> {
  const next = nextLetter(job);
  let left = job.letters;
  const take = () => left-- > 0;
  await Promise.all(Array.from({ length: job.connections }, () => bareConnection(job, take, next)));
}

/** What goes out for each letter: the same bytes, or with a signature of its own before them. */
function nextLetter({ file, keyFile }: YardstickJob): () => Buffer[] {
  const letter = readFileSync(file);
  if (keyFile === undefined) return () => [letter];
  const key = createPrivateKey(readFileSync(keyFile));
  const isRsa = key.asymmetricKeyType === 'rsa';
  const gap = letter.indexOf('\r\n\r\n');
  const [head, body] = [letter.subarray(0, gap), letter.subarray(gap + 4)];
  let count = 0;
  return () => {
    const hash = createHash('sha256').update(body).digest('base64');
    const field = `DKIM-Signature: v=1; a=${isRsa ? 'rsa' : 'ed25519'}-sha256; s=s; d=d.test; n=${++count}; bh=${hash}; b=`;
    const input = Buffer.concat([head, Buffer.from(field)]);
    const signature = isRsa
      ? sign('sha256', input, key)
      : sign(null, createHash('sha256').update(input).digest(), key);
    return [Buffer.from(`${field}${signature.toString('base64')}\r\n`), letter];
  };
}

/** The envelope in one piece where that is allowed, then the letter in one; as fast as the answers come. */
function bareConnection(
  { port, from, to }: YardstickJob,
  take: () => boolean,
  next: () => Buffer[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
    const envelope = `MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`;
    let awaited = 1; // the greeting
    let text = '';
    let step: 'greeting' | 'hello' | 'envelope' | 'letter' = 'greeting';
    const offer = () => {
      if (!take()) return void socket.end('QUIT\r\n');
      step = 'envelope';
      awaited = 3;
      socket.write(envelope);
    };
    const goOn = () => {
      if (step === 'greeting') {
        step = 'hello';
        awaited = 1;
        socket.write('EHLO bench.test\r\n');
      } else if (step === 'envelope') {
        step = 'letter';
        awaited = 1;
        socket.cork();
        for (const piece of next()) socket.write(piece);
        socket.write(END);
        socket.uncork();
      } else offer();
    };
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (!/^[23]/.test(line)) return reject(new Error(`the sink said: ${line}`));
        if (line[3] !== '-' && --awaited === 0 && !line.startsWith('221')) goOn();
      }
    });
    socket.on('error', reject).on('close', () => resolve());
  });
}

async function pool({ port, connections, letters, file, from, to }: YardstickJob): Promise<void> {
  const raw = readFileSync(file);
  const transport = createTransport({
    ...{ host: '127.0.0.1', port, ignoreTLS: true, pool: true },
    ...{ maxConnections: connections, maxMessages: Number.POSITIVE_INFINITY },
  });
  let left = letters;
  const lane = async () => {
    while (left-- > 0) await transport.sendMail({ envelope: { from, to: [to] }, raw });
  };
  await Promise.all(Array.from({ length: connections * 2 }, lane));
  transport.close();
}

function beYardstick(send: (job: YardstickJob) => Promise<void>): void {
  process.on('message', async (job: YardstickJob) => {
    const began = performance.now();
    await send(job);
    process.send?.(performance.now() - began);
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

if (import.meta.main) beYardstick(process.argv[2] === 'pool' ? pool : bare);
