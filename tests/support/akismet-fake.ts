import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

export type AkismetFields = Record<string, string>;
export type AkismetRequest = {
  path: string;
  /** Those that came once by their name; see `lists`. */
  fields: AkismetFields;
  /** Those that come as `name[]=`, by the name without brackets. */
  lists: Record<string, string[]>;
  /** The body as it came. */
  raw: string;
  headers: IncomingHttpHeaders;
};
/** The reply of usage-limit, as Akismet writes it. */
export type AkismetUsage = { limit: number | 'none'; usage: number; percentage: string; throttled: boolean };

type Fault = 'silent' | 'garbage' | 'error' | 'slow' | 'redirect' | 'huge' | 'bomb' | 'multipart' | 'broken';
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
  /** Sent with every verdict, in seconds; text stands for what is no number. */
  recheckAfter?: number | string | undefined;
  /** `X-akismet-error`: the account is in trouble, such as `suspended`, and the verdict beside it means nothing. */
  error?: string | undefined;
  debugHelp?: string | undefined;
  /** Drawn for each verdict where absent. */
  guid?: string | undefined;
  /** Answered in place of a verdict. Akismet's own are exactly `true` and `false`: all else means nothing. */
  verdictBody?: string | Buffer | undefined;
  /** Nothing is answered before this has come. */
  gate?: Promise<unknown> | undefined;
  /** Answered in place of 200 to everything. */
  status?: number | undefined;
  /** Sent with every reply. */
  headers: Record<string, string>;
  usage: AkismetUsage;
  /** Closes the port and every open socket. */
  stop(): Promise<void>;
};

type Reply = { status?: number; body: string | Buffer; headers?: Record<string, string | number> };

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
    headers: {},
    usage: { limit: 350_000, usage: 7_463, percentage: '2.13', throttled: false },
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
  const asked = { path: pathOf(request), ...fieldsOf(request, body), raw: body, headers: request.headers };
  fake.requests.push(asked);
  await fake.gate;
  if (mode === 'normal' || mode === 'bad-key') return send(response, replyTo(asked, fake));
  faults[mode](response, asked, fake);
}

const pathOf = (request: IncomingMessage) => (request.url ?? '').replace(/\?.*/s, '');

/** Akismet takes the form fields of a POST; of a query only where its 1.2 endpoints are asked. */
function fieldsOf({ method, url = '', headers }: IncomingMessage, body: string) {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const query = url.startsWith('/1.2/') ? url.replace(/^[^?]*/, '') : '';
  const form = new URLSearchParams(method === 'POST' && isForm ? body : method === 'GET' ? query : '');
  const isList = (name: string) => name.endsWith('[]');
  const names = [...new Set(form.keys())].filter(isList);
  return {
    fields: Object.fromEntries([...form].filter(([name]) => !isList(name))),
    lists: Object.fromEntries(names.map((name) => [name.slice(0, -2), form.getAll(name)])),
  };
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
  bomb(response, _asked, { usage }) {
    // Whoever unpacks it all finds a good answer at its end.
    const unpacked = ' '.repeat(2_500_000) + JSON.stringify(usage);
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Encoding': 'gzip' });
    response.end(gzipSync(unpacked));
  },
  multipart(response) {
    const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\ntrue\r\n--x--\r\n';
    response.writeHead(200, { 'Content-Type': 'multipart/form-data; boundary=x' }).end(part);
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
  const reply =
    path === '/1.1/verify-key'
      ? keyReply(fields, fake)
      : path === '/1.2/usage-limit'
        ? usageReply(fields, fake)
        : commentReply(path, fields, fake);
  const status = fake.status ?? reply.status ?? 200;
  return { ...reply, status, headers: { ...headers, ...reply.headers, ...fake.headers } };
}

function usageReply({ api_key }: AkismetFields, fake: AkismetFake): Reply {
  if (fake.mode === 'bad-key' || api_key !== fake.key) return invalid('Invalid key');
  return { body: JSON.stringify(fake.usage), headers: { 'Content-Type': 'application/json' } };
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
  const headers: Reply['headers'] = { 'X-akismet-guid': fake.guid ?? randomUUID().replaceAll('-', '') };
  if (fake.error !== undefined) headers['X-akismet-error'] = fake.error;
  if (fake.debugHelp !== undefined) headers['X-akismet-debug-help'] = fake.debugHelp;
  if (isBlatant) headers['X-akismet-pro-tip'] = 'discard';
  if (fake.recheckAfter !== undefined) headers['X-akismet-recheck-after'] = fake.recheckAfter;
  return { body: fake.verdictBody ?? String(isSpam), headers };
}

/** The values Akismet always calls spam, those of its earlier documentation too. */
function isTestSpam({ comment_author = '', comment_author_email }: AkismetFields): boolean {
  const authors = ['akismet-guaranteed-spam', 'viagra-test-author', 'viagra-test-123'];
  return authors.includes(comment_author) || comment_author_email === 'akismet-guaranteed-spam@example.com';
}

function send(response: ServerResponse, { status = 200, body, headers }: Reply) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(body);
}
