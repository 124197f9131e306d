import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export type AkismetFields = Record<string, string>;
export type AkismetRequest = { path: string; fields: AkismetFields; headers: IncomingHttpHeaders };

type Fault = 'silent' | 'garbage' | 'error' | 'slow' | 'redirect' | 'huge' | 'broken';
export type AkismetMode = 'normal' | 'bad-key' | 'refuse' | Fault;

/** What a test steers and reads; the writable properties may be changed at any time. */
export type AkismetFake = {
  readonly url: string;
  readonly key: string;
  /** Every request whose body has come, oldest first. */
  readonly requests: AkismetRequest[];
  mode: AkismetMode;
  /** For the mode `slow`, in milliseconds. */
  delayMs: number;
  spamWhen: (fields: AkismetFields) => boolean;
  /** Blatant spam: answered `true`, with the advice to discard it. */
  discardWhen: (fields: AkismetFields) => boolean;
  alert?: { code: number; message: string } | undefined;
  /** Sent with every verdict, in seconds. */
  recheckAfter?: number | undefined;
  /** Closes the port and every open socket. */
  stop(): Promise<void>;
};

type Reply = { status?: number; body: string; headers?: Record<string, string | number> };

/** Speaks Akismet's protocol on 127.0.0.1 (https://akismet.com/developers/detailed-docs/). */
export async function startAkismetFake({ key = '0123456789ab' } = {}): Promise<AkismetFake> {
  const server = createServer((request, response) => answer(fake, request, response));
  server.on('connection', (socket) => fake.mode === 'refuse' && socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: AkismetFake = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    requests: [],
    mode: 'normal',
    delayMs: 1_000,
    spamWhen: () => false,
    discardWhen: () => false,
    stop() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
  return fake;
}

async function answer(fake: AkismetFake, request: IncomingMessage, response: ServerResponse) {
  const { mode } = fake;
  if (mode === 'refuse') return request.socket.destroy(); // a socket kept open from before
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return; // the client went before it had asked
  const asked = { path: pathOf(request), fields: fieldsOf(request, body), headers: request.headers };
  fake.requests.push(asked);
  if (mode === 'normal' || mode === 'bad-key') return send(response, replyTo(asked, fake));
  faults[mode](response, asked, fake);
}

const pathOf = (request: IncomingMessage) => (request.url ?? '').replace(/\?.*/s, '');

/** Akismet takes the form fields of a POST and nothing else, so any other request has no fields. */
function fieldsOf({ method, headers }: IncomingMessage, body: string): AkismetFields {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return method === 'POST' && isForm ? Object.fromEntries(new URLSearchParams(body)) : {};
}

const faults: Record<Fault, (response: ServerResponse, asked: AkismetRequest, fake: AkismetFake) => void> = {
  silent() {},
  garbage(response) {
    send(response, { body: '<h1>It works!</h1>' });
  },
  error(response) {
    send(response, { status: 500, body: 'Internal Server Error' });
  },
  slow(response, asked, fake) {
    const timer = setTimeout(() => send(response, replyTo(asked, fake)), fake.delayMs);
    response.once('close', () => clearTimeout(timer));
  },
  redirect(response, { path }, { url }) {
    // Whoever follows is told the verdict that would publish the comment.
    if (path === '/elsewhere') return send(response, { body: 'false' });
    send(response, { status: 302, body: '', headers: { Location: `${url}/elsewhere` } });
  },
  broken(response) {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('fal', () => response.socket?.resetAndDestroy());
  },
  huge(response) {
    const megabyte = 'true'.repeat(250_000);
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
    pipeline(Readable.from(Array(100).fill(megabyte)), response, () => {}); // the client is free to go
  },
};

function replyTo({ path, fields }: AkismetRequest, fake: AkismetFake): Reply {
  const { alert } = fake;
  const headers = alert && { 'X-akismet-alert-code': alert.code, 'X-akismet-alert-msg': alert.message };
  const reply = path === '/1.1/verify-key' ? keyReply(fields, fake) : commentReply(path, fields, fake);
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

function keyReply(fields: AkismetFields, fake: AkismetFake): Reply {
  if (!fields.key && !fields.api_key) return invalid('Empty "key" value');
  if (!fields.blog) return invalid('Empty "blog" value');
  return refusal(fields, fake) ?? { body: 'valid' };
}

function commentReply(path: string, fields: AkismetFields, fake: AkismetFake): Reply {
  if (!/^\/1\.1\/(comment-check|submit-(spam|ham))$/.test(path)) return { status: 404, body: 'Not Found' };
  const missing = ['blog', 'user_ip'].find((name) => !fields[name]);
  if (missing) return invalid(`Empty "${missing}" value`, `Missing required field: ${missing}.`);
  const refused = refusal(fields, fake);
  if (refused) return refused;
  return path === '/1.1/comment-check'
    ? verdict(fields, fake)
    : { body: 'Thanks for making the web a better place.' };
}

function refusal({ key, api_key, blog }: AkismetFields, fake: AkismetFake): Reply | undefined {
  if (!URL.canParse(blog ?? '')) return invalid('We were unable to parse your blog URI');
  if (fake.mode === 'bad-key' || (api_key ?? key) !== fake.key) return invalid('Invalid key');
  return undefined;
}

/** Akismet complains with status 200: only the body and one header tell. */
function invalid(help: string, body = 'invalid'): Reply {
  return { body, headers: { 'X-akismet-debug-help': help } };
}

function verdict(fields: AkismetFields, fake: AkismetFake): Reply {
  const isHam = fields.user_role === 'administrator';
  const isBlatant = !isHam && fake.discardWhen(fields);
  const isSpam = !isHam && (isBlatant || isTestSpam(fields) || fake.spamWhen(fields));
  const headers: Reply['headers'] = { 'X-akismet-guid': randomUUID().replaceAll('-', '') };
  if (isBlatant) headers['X-akismet-pro-tip'] = 'discard';
  if (fake.recheckAfter !== undefined) headers['X-akismet-recheck-after'] = fake.recheckAfter;
  return { body: String(isSpam), headers };
}

/** The values Akismet always calls spam, those of its earlier documentation too. */
function isTestSpam({ comment_author = '', comment_author_email }: AkismetFields): boolean {
  const authors = ['akismet-guaranteed-spam', 'viagra-test-author', 'viagra-test-123'];
  return authors.includes(comment_author) || comment_author_email === 'akismet-guaranteed-spam@example.com';
}

function send(response: ServerResponse, { status = 200, body, headers }: Reply) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(body);
}
