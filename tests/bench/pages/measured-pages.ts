import path from 'node:path';
import { projectRoot } from '#core/platform/config.ts';
import type { SentAnswer } from './yardstick.ts';

export const OUTAGE = 'multi-factor-failure-locks-out-office-365-and-azure-users';
export const OUTAGE_FILE = path.join(projectRoot, 'content/articles', OUTAGE, 'index.md');
const ARTICLE = `/articles/${OUTAGE}/`;

/** One row of the table: what is asked. */
export interface MeasuredPage {
  name: string;
  address: string;
  headers: Record<string, string>;
}

const br = { 'Accept-Encoding': 'br' };
/** A cookie that might be a session's: such a page is rendered for each request. */
const session = { Cookie: 'watchpost-desk=x' };

export const PAGES: readonly MeasuredPage[] = [
  { name: 'cached article', address: ARTICLE, headers: {} },
  { name: 'cached article, brotli', address: ARTICLE, headers: br },
  { name: 'cached article, 304', address: ARTICLE, headers: br },
  { name: 'home, brotli', address: '/', headers: br },
  { name: 'feed, brotli', address: '/rss.xml', headers: br },
  { name: 'article, rendered anew', address: ARTICLE, headers: session },
  { name: 'search', address: '/search/?q=second+step', headers: br },
];

/** Asks until the answer is the one to measure (compressed well), and gives it with the request that gets it. */
export async function settled(
  port: number,
  { name, address, headers }: MeasuredPage,
): Promise<{ request: string; answer: SentAnswer }> {
  const url = `http://localhost:${port}${address}`;
  const tag = name.endsWith('304') ? (await fetch(url, { headers })).headers.get('etag') : null;
  const all: Record<string, string> = { ...headers, ...(tag ? { 'If-None-Match': tag } : {}) };
  const lines = Object.entries(all).map(([field, value]) => `${field}: ${value}\r\n`);
  const request = `GET ${address} HTTP/1.1\r\nHost: localhost:${port}\r\n${lines.join('')}\r\n`;
  return { request, answer: await rawAnswer(port, request) };
}

/** The answer byte for byte: `fetch` would unpack it. */
async function rawAnswer(port: number, request: string): Promise<SentAnswer> {
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  socket.write(request.replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n'));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  const end = whole.indexOf('\r\n\r\n');
  const [first = '', ...lines] = whole.toString('latin1', 0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const [field = '', ...value] = line.split(': ');
    return [field.toLowerCase(), value.join(': ')];
  });
  const isChunked = headers.some(([field]) => field === 'transfer-encoding');
  const body = whole.subarray(end + 4);
  return { status: Number(first.split(' ')[1]), headers, body: isChunked ? unchunked(body) : body };
}

function unchunked(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!length) break;
    pieces.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(pieces);
}
