import { KEEP_ALIVE_MS } from './http-server.ts';

const REASONS = { 200: 'OK', 304: 'Not Modified' };
const SECOND = 1000;

/** One answer made once and sent often: for Node's server in parts, for the quick lane head and body in one piece. */
export class ReadyAnswer {
  readonly status: 200 | 304;
  /** Flat name, value list, as `writeHead` takes it. */
  readonly headers: readonly string[];
  readonly #headLength: number;
  readonly #dateAt: number;
  #whole: Buffer;
  #second = 0;

  constructor(status: 200 | 304, headers: readonly string[], body: Buffer = Buffer.alloc(0)) {
    this.status = status;
    this.headers = headers;
    const lines = [`HTTP/1.1 ${status} ${REASONS[status]}`];
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
    const before = `${lines.join('\r\n')}\r\nDate: `;
    const after = `\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_MS / SECOND}\r\n\r\n`;
    const head = Buffer.from(before + new Date().toUTCString() + after, 'latin1');
    this.#dateAt = before.length;
    this.#headLength = head.length;
    this.#whole = Buffer.concat([head, body]);
  }

  get body(): Buffer {
    return this.#whole.subarray(this.#headLength);
  }

  get bytes(): number {
    return this.#whole.length;
  }

  /** For Astro, which sends the first answer itself. */
  response(): Response {
    const { status, headers, body } = this;
    const told = new Headers();
    for (let i = 0; i < headers.length; i += 2) told.set(headers[i] ?? '', headers[i + 1] ?? '');
    return new Response(status === 304 ? null : new Uint8Array(body), { status, headers: told });
  }

  /** Head and body for an HTTP/1.1 connection that stays open. */
  wire(): Buffer {
    const second = Math.floor(Date.now() / SECOND);
    if (second !== this.#second) {
      this.#whole = Buffer.from(this.#whole); // the old one may still be on its way to a slow reader
      this.#whole.write(new Date(second * SECOND).toUTCString(), this.#dateAt, 'latin1');
      this.#second = second;
    }
    return this.#whole;
  }
}
