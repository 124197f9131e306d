import { createConnection, type Socket } from 'node:net';

/** What to ask, where, and for how long. */
export interface LoadJob {
  port: number;
  /** Whole requests, asked in turn; all keep the connection. */
  requests: string[];
  connections: number;
  ms: number;
  /** Each `00000000` in a request becomes a number of its own, from this on. */
  countFrom?: number;
  /** The status of a good answer, where that is neither 200 nor 304. */
  good?: number;
}

/** What came of it; latencies in milliseconds. */
export interface LoadResult {
  answers: number;
  seconds: number;
  p50: number;
  p99: number;
  /** Answers with another status than a good one. */
  wrong: number;
}

/**
 * Asks as fast as answers come: one request at a time on each connection, on bare sockets, since an HTTP client
 * would be slower than the servers that it is to measure. Answers must carry a content-length, or be 304.
 */
export async function load({
  port,
  requests,
  connections,
  ms,
  countFrom,
  good,
}: LoadJob): Promise<LoadResult> {
  const asked = requests.map((request) => Buffer.from(request));
  const next = (): Buffer => {
    const request = asked[turn % asked.length] as Buffer;
    turn++;
    return countFrom === undefined ? request : numbered(request, countFrom + turn);
  };
  const latencies: number[] = [];
  let wrong = 0;
  let turn = 0;
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, oneConnection));
  const seconds = (performance.now() - began) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { answers: latencies.length, seconds, p50: at(0.5), p99: at(0.99), wrong };

  function oneConnection(): Promise<void> {
    return new Promise((resolve, reject) => {
      let socket: Socket;
      let answer = new Answer(good);
      let sentAt = 0;
      open();

      /** Again where the server has closed it: some allow only so many requests a connection. */
      function open(): void {
        answer = new Answer(good);
        socket = createConnection({
          port,
          host: '127.0.0.1',
          noDelay: true,
          onread: { buffer: Buffer.allocUnsafe(256 * 1024), callback: take },
        });
        socket.on('connect', ask).on('error', reject);
        socket.on('close', () => (isOver() ? resolve() : open()));
      }

      function ask(): void {
        sentAt = performance.now();
        socket.write(next());
      }

      function take(count: number, buffer: Uint8Array): boolean {
        if (!answer.endsWith(buffer as Buffer, count)) return true;
        latencies.push(performance.now() - sentAt);
        if (!answer.isGood) wrong++;
        const { isLast } = answer;
        answer = new Answer(good);
        if (isOver() || isLast) socket.end();
        else ask();
        return true;
      }
    });
  }

  function isOver(): boolean {
    return performance.now() - began > ms;
  }
}

/** A copy with a number in place of each row of eight noughts: every request is its own. */
function numbered(request: Buffer, number: number): Buffer {
  const copy = Buffer.from(request);
  const digits = String(number).padStart(8, '0');
  for (let at = copy.indexOf('00000000'); at !== -1; at = copy.indexOf('00000000', at + 8))
    copy.write(digits, at, 'latin1');
  return copy;
}

const END_OF_CHUNKS = '0\r\n\r\n';

/** Just enough of HTTP to see where an answer ends. */
class Answer {
  isGood = false;
  readonly #good: readonly string[];
  /** Whether the server closes the connection after it. */
  isLast = false;
  #head = '';
  #missing: number | 'head' | 'chunks' = 'head';
  #tail = '';

  constructor(good?: number) {
    this.#good = good === undefined ? ['200', '304'] : [String(good)];
  }

  /** Takes the next bytes; true when they are the last ones. */
  endsWith(buffer: Buffer, count: number): boolean {
    if (this.#missing === 'head') {
      this.#head += buffer.toString('latin1', 0, Math.min(count, 4096));
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return false;
      this.#readHead(end + 4 - count);
    } else if (this.#missing !== 'chunks') this.#missing -= count;
    if (this.#missing !== 'chunks') return this.#missing === 0;
    this.#tail = (this.#tail + buffer.toString('latin1', Math.max(0, count - 5), count)).slice(-5);
    return this.#tail === END_OF_CHUNKS;
  }

  #readHead(bytesBehind: number): void {
    const head = this.#head.toLowerCase();
    this.isGood = this.#good.some((status) => head.startsWith(status, 9));
    this.isLast = head.includes('\r\nconnection: close\r\n');
    const at = head.indexOf('\r\ncontent-length: ');
    const length = at === -1 ? 0 : Number.parseInt(head.slice(at + 18, at + 28), 10);
    this.#missing = head.includes('\r\ntransfer-encoding: chunked\r\n') ? 'chunks' : length + bytesBehind;
  }
}

process.on('message', (job: LoadJob) => {
  load(job).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
