import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { closeApp, openApp } from '#core/app.ts';
import { moderateComment } from '#core/comments/moderation/moderate-comment.ts';
import { projectRoot } from '#core/platform/config.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { confirm } from '#core/subscribers/confirm.ts';
import { letterLinks } from '#core/subscribers/letter-links.ts';
import { subscribe } from '#core/subscribers/subscribe.ts';
import { clientAddress } from '#server/client-address.ts';
import { memoryLog, testConfig, writeArticle } from '../support/test-app.ts';
import { startSite, until } from '../support/test-site.ts';

const POLICY =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /csp-reports/";
const SECURITY: Record<string, string> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};
const SLUG = 'passkeys-explained';
const SIGN_UP = 'email=reader%40example.org&cadence=weekly';

const site = await startSite({ after: after as TestContext['after'] });
const { host, port } = new URL(site.url);
/** The same data, opened by another process: this one. */
const beside = await openApp(
  testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }),
  { log: memoryLog([]) },
);
after(() => closeApp(beside));
/** Half a request, sent before all others; a test at the end looks what became of it. */
const halfOpen = connect(Number(port), '127.0.0.1');
const halfOpenAnswer = text(halfOpen);
halfOpen.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Never-`);

interface Asked {
  method?: string;
  headers?: IncomingHttpHeaders;
  body?: string | Buffer;
}
interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: Buffer;
}

/** One request with exactly this target and these headers, which fetch() would mend. */
async function ask(target: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path: target,
    method,
    agent: false,
    headers: { host, ...headers },
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    body: await buffer(response),
  };
}

function post(target: string, body: string | Buffer, headers: IncomingHttpHeaders = {}): Promise<Answer> {
  return ask(target, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

/** Asks until the page comes from memory, where it is kept compressed. */
async function cached(target: string): Promise<Answer> {
  let answer = await ask(target, { headers: { 'accept-encoding': 'br' } });
  await until(async () => {
    answer = await ask(target, { headers: { 'accept-encoding': 'br' } });
    return answer.headers['content-encoding'] === 'br';
  }, `${target} from memory`);
  return answer;
}

test('only the site’s own host and port are answered, whatever is asked', async () => {
  for (const other of ['evil.example', `evil.example:${port}`, 'localhost', 'localhost:1', `${host}.`, '']) {
    const { status, headers, body } = await ask('/', { headers: { host: other } });
    assert.equal(status, 421, other);
    assert.equal(headers['content-security-policy'], POLICY);
    assert.ok(body.includes(site.url), 'it says which address is right');
  }
  assert.equal((await ask('/', { headers: { host: host.toUpperCase() } })).status, 200, 'names know no case');
  assert.equal((await post('/newsletter/', SIGN_UP, { host: 'evil.example' })).status, 421);
  assert.equal(
    (await ask('/healthz', { headers: { host: '10.0.0.1' } })).status,
    200,
    'a probe knows no name',
  );
});

test('an address with its host in front is answered as that host is, whatever Host says', async () => {
  const whole = (path: string, authority = host) => `http://${authority}${path}`;
  const page = brotliDecompressSync((await cached('/about/')).body);
  for (const target of [whole('/about/'), whole('/about/').replace('http', 'HTTP')]) {
    const answer = await ask(target, { headers: { 'accept-encoding': 'br', host: 'other.example' } });
    assert.equal(answer.status, 200, target);
    assert.equal(answer.headers['content-encoding'], 'br', 'from memory');
    assert.ok(brotliDecompressSync(answer.body).equals(page), target); // by now it may be compressed better
  }
  assert.equal((await ask(whole(''))).status, 200);
  assert.deepEqual((await ask(whole('/about'))).headers.location, '/about/');
  assert.equal((await post(whole('/newsletter/'), SIGN_UP)).status, 303);
  for (const other of ['evil.example', `${host}.evil.example`, `${host}@evil.example`, `x@${host}`, ''])
    assert.equal((await ask(whole('/', other))).status, 421, other);
});

test('a client that goes away in the middle of a form is no fault of ours', async () => {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`POST /newsletter/ HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 100\r\n\r\nabc`);
  await once(socket, 'connect');
  socket.destroy();
  await once(socket, 'close');
  assert.equal((await post('/newsletter/', SIGN_UP)).status, 303);
  assert.deepEqual(
    site.lines.filter((line) => line.event.startsWith('bug.')),
    [],
  );
});

test('every answer carries the security headers, each once', async () => {
  const { etag } = (await cached('/')).headers;
  const style = readdirSync(path.join(projectRoot, 'dist/client/_astro')).find((name) =>
    name.endsWith('.css'),
  );
  // What a page's own policy allows beyond that of all stands last.
  const answers: [number, () => Promise<Answer>, more?: string][] = [
    [200, () => ask('/')],
    [304, () => ask('/', { headers: { 'if-none-match': etag } })],
    [200, () => ask('/', { method: 'HEAD' })],
    [301, () => ask('/about')],
    [308, () => post('/newsletter', SIGN_UP)],
    [303, () => post('/newsletter/', SIGN_UP)],
    [422, () => post('/newsletter/', 'email=nobody')],
    [400, () => ask('/%00')],
    [403, () => post('/newsletter/', SIGN_UP, { origin: 'https://evil.example' })],
    [404, () => ask('/nothing/here/')],
    [405, () => ask('/', { method: 'DELETE' })],
    [413, () => post('/newsletter/', 'x'.repeat(65 * 1024))],
    [421, () => ask('/', { headers: { host: 'evil.example' } })],
    [200, () => ask('/door.css')],
    [200, () => ask(`/_astro/${style}`)],
    [200, () => ask('/rss.xml')],
    [200, () => ask('/topics/authentication/rss.xml')],
    [200, () => ask('/healthz')],
    [200, () => ask('/desk/sign-in/'), "; script-src 'self'"],
  ];
  for (const [expected, answer, more = ''] of answers) {
    const { status, headers, rawHeaders } = await answer();
    assert.equal(status, expected);
    for (const [name, value] of Object.entries(SECURITY))
      assert.equal(
        headers[name],
        name === 'content-security-policy' ? value + more : value,
        `${name} of a ${status}`,
      );
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
      `twice in a ${status}`,
    );
  }
});

test('a picture of an article can do nothing, even opened by itself', async () => {
  const { status, headers } = await ask(`/articles/${SLUG}/cover.svg`);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'image/svg+xml');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(
    String(headers['content-security-policy']),
    /^default-src 'none';.*sandbox;.*frame-ancestors 'none'$/,
  );
});

test('a form of more than 64 KiB is refused, whether its length is told before or not', async () => {
  const padded = (length: number) => `${SIGN_UP}&p=`.padEnd(length, 'x');
  const chunked = { 'transfer-encoding': 'chunked' };
  const statuses = [
    await post('/newsletter/', padded(64 * 1024)),
    await post('/newsletter/', padded(64 * 1024), chunked),
    await post('/newsletter/', padded(64 * 1024 + 1)),
    await post('/newsletter/', padded(64 * 1024 + 1), chunked),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [303, 303, 413, 413]);
});

test('a form that is far too large is refused, and a sender that reads late gets to read why', async () => {
  const far = Buffer.alloc(10 * 1024 * 1024, 'x');
  const told = [`content-length: ${far.length}\r\n\r\n`, far];
  const chunked = [`transfer-encoding: chunked\r\n\r\n${far.length.toString(16)}\r\n`, far, '\r\n0\r\n\r\n'];
  for (const rest of [told, chunked]) {
    const socket = connect(Number(port), '127.0.0.1').pause();
    for (const piece of [`POST /newsletter/ HTTP/1.1\r\nhost: ${host}\r\n`, ...rest])
      await new Promise<void>((sent, failed) =>
        socket.write(piece, (error) => (error ? failed(error) : sent())),
      );
    const answer = await text(socket);
    assert.match(
      answer,
      /^HTTP\/1\.1 413 [\s\S]*\r\nconnection: close\r\n[\s\S]*A form may hold 64 kB[\s\S]*<\/html>\n$/,
    );
  }
});

test('a form that says beforehand that it is too large is refused before it is sent', async () => {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`POST /newsletter/ HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 70000\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 413 /);
  socket.destroy();
});

test('a form is taken from pages of this site and from clients that are no browser', async () => {
  const statusWith = async (headers: IncomingHttpHeaders) =>
    (await post('/newsletter/', SIGN_UP, headers)).status;
  for (const origin of [
    'https://evil.example',
    'null',
    `${site.url}.evil.example`,
    site.url.replace('http:', 'https:'),
    '',
  ]) {
    assert.equal(await statusWith({ origin }), 403, `Origin: ${origin}`);
  }
  for (const from of ['cross-site', 'same-site']) {
    assert.equal(await statusWith({ 'sec-fetch-site': from }), 403, from);
    assert.equal(
      await statusWith({ 'sec-fetch-site': from, origin: site.url }),
      403,
      `${from} with our Origin`,
    );
  }
  for (const good of [{}, { origin: site.url }, { origin: site.url, 'sec-fetch-site': 'same-origin' }]) {
    assert.equal(await statusWith(good), 303, JSON.stringify(good));
  }
});

test('one click in a mail program ends the letters: without Origin or cookie, and only by POST', async () => {
  const choices = { cadence: 'weekly', topics: [], alerts: 0 } as const;
  await subscribe(beside, { email: 'leaver@example.org', choices, network: '192.0.2.1', consent: 'Sign up' });
  const letter = beside.db
    .selectFrom('delivery')
    .select(['message_id', 'subscriber_id'])
    .where('recipient', '=', 'leaver@example.org');
  const { message_id, subscriber_id } = await letter.executeTakeFirstOrThrow();
  await confirm(beside, derivedToken(beside.secret, 'confirm', message_id), '192.0.2.1');
  const state = () =>
    beside.db.selectFrom('subscriber').select('state').where('id', '=', subscriber_id).executeTakeFirst();
  const { pathname } = new URL(letterLinks(beside, subscriber_id ?? '').unsubscribe);
  assert.equal((await ask(pathname)).status, 200);
  assert.deepEqual(await state(), { state: 'confirmed' });
  assert.equal(
    (await post(pathname, 'List-Unsubscribe=One-Click', { 'sec-fetch-site': 'cross-site' })).status,
    200,
  );
  assert.deepEqual(await state(), { state: 'unsubscribed' });
  assert.equal((await post('/newsletter/unsubscribe/unknown/', 'List-Unsubscribe=One-Click')).status, 404);
});

test('a page is sent in the best encoding that the client takes', async () => {
  const brotli = await cached('/');
  const page = brotliDecompressSync(brotli.body);
  assert.match(page.toString(), /^<!doctype html>/i);
  const encodings = {
    'gzip, deflate, br': 'br',
    gzip: 'gzip',
    'br;q=0, gzip': 'gzip',
    'br;q=0,gzip;q=0.0': undefined,
    identity: undefined,
  };
  for (const [accepted, encoding] of Object.entries(encodings)) {
    const { headers, body } = await ask('/', { headers: { 'accept-encoding': accepted } });
    assert.equal(headers['content-encoding'], encoding, accepted);
    assert.equal(headers.vary, 'accept-encoding');
    const plain =
      encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
    assert.ok(plain.equals(page), accepted);
  }
});

test('who asks for a page first gets it compressed too', async () => {
  const { headers, body } = await ask('/articles/sim-swapping/', { headers: { 'accept-encoding': 'br' } });
  assert.equal(headers['content-encoding'], 'br');
  assert.match(brotliDecompressSync(body).toString(), /^<!doctype html>/i);
});

test('a page that the client has already is not sent again', async () => {
  for (const target of ['/', '/door.css', `/articles/${SLUG}/cover.svg`]) {
    const { headers } = await ask(target);
    const { etag = '' } = target === '/' ? (await cached('/')).headers : headers;
    for (const known of [etag, etag.replace(/^W\//, ''), `"other", ${etag}`, '*']) {
      const { status, body } = await ask(target, { headers: { 'if-none-match': known } });
      assert.deepEqual([status, body.length], [304, 0], `${target} ${known}`);
    }
    assert.equal((await ask(target, { headers: { 'if-none-match': '"other"' } })).status, 200);
  }
});

test('a font may be kept for a year, since its name tells what it holds', async () => {
  const fonts = readdirSync(path.join(projectRoot, 'public/fonts')).filter((name) => name.endsWith('.woff2'));
  assert.notEqual(fonts.length, 0);
  for (const name of fonts) {
    const { headers } = await ask(`/fonts/${name}`);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['content-type'], 'font/woff2');
  }
  const licence = await ask('/fonts/OFL.txt');
  assert.equal(licence.headers['cache-control'], 'public, max-age=3600');
});

test('HEAD is answered as GET without the page', async () => {
  const { etag, 'content-length': length } = (await cached('/topics/')).headers;
  const known = await ask('/topics/', { method: 'HEAD', headers: { 'accept-encoding': 'br' } });
  assert.deepEqual([known.status, known.headers.etag, known.headers['content-length']], [200, etag, length]);
  for (const target of ['/topics/', '/privacy/', '/door.css', '/rss.xml']) {
    const { status, body } = await ask(target, { method: 'HEAD' });
    assert.deepEqual([status, body.length], [200, 0], target);
  }
  assert.equal((await ask('/nothing/', { method: 'HEAD' })).status, 404);
});

test('query parameters that mean nothing neither change a page nor make another copy of it', async () => {
  const page = brotliDecompressSync((await cached('/about/')).body);
  for (const query of ['?utm_source=a', '?x=1&y=2', '?', '?PAGE=2']) {
    const answer = await ask(`/about/${query}`, { headers: { 'accept-encoding': 'br' } });
    assert.equal(answer.headers['content-encoding'], 'br', `${query} is answered from memory`);
    assert.ok(brotliDecompressSync(answer.body).equals(page), query);
  }
});

test('a page with the desk’s cookie is never answered from memory', async () => {
  await cached('/about/');
  const withCookie = (cookie: string) => ask('/about/', { headers: { cookie, 'accept-encoding': 'br' } });
  assert.equal((await withCookie('a=b; watchpost-desk=x')).headers['content-encoding'], undefined);
  assert.equal((await withCookie('__Host-watchpost-desk=x')).headers['content-encoding'], undefined);
  assert.equal((await withCookie('other=x')).headers['content-encoding'], 'br');
});

test('every other spelling of an address leads to the one', async () => {
  const spellings: Record<string, string> = {
    '/about': '/about/',
    '//about/': '/about/',
    '/about//': '/about/',
    '/./about/': '/about/',
    '/articles/../about/': '/about/',
    '/articles/%2e%2e/about/': '/about/',
    '/%61bout/': '/about/',
    '/%61bout?page=2&utm=1': '/about/',
    '/articles?page=2&constructor=1': '/articles/?page=2',
    '/search?q=a%20b&q=c': '/search/?q=a+b',
    '//evil.example/x': '/evil.example/x/',
    '/%2Fevil.example': '',
  };
  for (const [target, location] of Object.entries(spellings)) {
    const { status, headers } = await ask(target);
    assert.deepEqual([status, headers.location ?? ''], location ? [301, location] : [400, ''], target);
  }
  assert.equal((await post('//newsletter/', SIGN_UP)).status, 404, 'a form has one address');
});

test('an address that cannot be read is refused', async () => {
  for (const target of [
    '/%00',
    '/about/%00/',
    '/a%2fb/',
    '/a%5Cb/',
    '/a\\b/',
    '/\\evil.example',
    '/%zz/',
    '/%c0%af/',
    '*',
  ]) {
    assert.equal((await ask(target)).status, 400, target);
  }
});

test('what another process publishes is shown at once, though the page was in memory', async () => {
  const target = `/articles/${SLUG}/`;
  const fields = { name: 'Ann', email: 'ann@example.org', body: 'Words from beside' };
  const { status, headers } = await post(`${target}comments/`, String(new URLSearchParams(fields)), {
    'x-forwarded-for': '203.0.113.9',
  });
  assert.deepEqual([status, headers.location?.split('/')[1]], [303, 'comments']);
  const shows = async (words: string, page = target) =>
    brotliDecompressSync((await cached(page)).body).includes(words);
  assert.equal(await shows(fields.body), false);
  const saved = await beside.db
    .selectFrom('comment')
    .select(['id', 'network'])
    .where('name', '=', 'Ann')
    .executeTakeFirstOrThrow();
  assert.match(
    String(saved.network),
    /^(?:127\.0\.0\.1|::1)$/,
    'X-Forwarded-For of a stranger is not believed',
  );
  await moderateComment(beside, saved.id, 'approve', 'owner');
  await until(() => shows(fields.body), 'the comment on the page');
  writeArticle(site.contentDir, 'just-saved', { title: 'Saved this minute' });
  await until(() => shows('Saved this minute', '/articles/'), 'the article in the list');
});

test('X-Forwarded-For is believed from trusted peers only, walked from the right', () => {
  const { trustedProxies } = testConfig({ TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8' });
  const address = (peer: string, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    return clientAddress(
      { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage,
      trustedProxies,
    );
  };
  assert.equal(address('198.51.100.7', '203.0.113.9'), '198.51.100.7');
  assert.equal(address('10.0.0.1', '203.0.113.9'), '203.0.113.9');
  assert.equal(address('10.0.0.1', '192.0.2.66, 203.0.113.9, 10.9.9.9'), '203.0.113.9');
  assert.equal(address('::ffff:10.0.0.1', '203.0.113.9:5123'), '203.0.113.9');
  assert.equal(address('fd00::1', 'made-up, [2001:db8::9]:443'), '2001:db8::9');
  assert.equal(address('10.0.0.1'), '10.0.0.1');
  assert.equal(address('10.0.0.1', '192.0.2.66, made-up'), '10.0.0.1');
  assert.equal(address('10.0.0.1', '10.0.0.2, 10.0.0.3'), '10.0.0.2');
});

test('a port that is taken ends the start with words that name PORT', async () => {
  const { code, stdout, stderr } = await site.command('serve');
  assert.notEqual(code, 0);
  assert.match(stderr, new RegExp(`PORT ${port} is taken`));
  assert.doesNotMatch(stdout + stderr, /\n\s+at /, 'no stack');
});

test('a request whose head never ends is ended by the server', async () => {
  assert.match(await halfOpenAnswer, /^HTTP\/1\.1 408 /);
});

test('SIGTERM lets a request that is under way end, then the site ends without complaint', async () => {
  const headers = {
    host,
    expect: '100-continue',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': SIGN_UP.length,
  };
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/newsletter/',
    method: 'POST',
    agent: false,
    headers,
  });
  asked.flushHeaders();
  await once(asked, 'continue'); // it has been begun
  const ended = site.stop('SIGTERM');
  await site.logged(({ event }) => event === 'server.stopping');
  asked.end(SIGN_UP);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 303);
  response.resume();
  assert.equal(await ended, 0);
});
