import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { openQuickLane, type QuickLane } from '#server/quick-lane.ts';
import { ReadyAnswer } from '#server/ready-answer.ts';
import { until } from '../support/test-site.ts';

const READY = new ReadyAnswer(200, ['content-length', '5'], Buffer.from('ready'));
const GET = 'GET /ready HTTP/1.1\r\nHost: a\r\n\r\n';

interface Served {
  lane: QuickLane;
  connect(): Socket;
  /** The server's ends of the connections, in their order. */
  ends: Socket[];
  /** Sends pieces, each when the one before has been read; what came back until the end. */
  talk(...pieces: string[]): Promise<string>;
  /** How many connections are open, as the server counts them. */
  open(): Promise<number>;
}

/** A server that knows one answer by heart; all else its listener answers with what it was asked. */
async function serve(t: TestContext, answer = READY, options: ServerOptions = {}): Promise<Served> {
  const server = createServer(options, async (req, res) => {
    const body = await text(req).catch(() => 'cut off');
    res.end(`node: ${req.method} ${req.url} ${body}`);
  });
  const lane = openQuickLane(server, ({ target }) => (target === '/ready' ? answer.wire() : undefined));
  const ends: Socket[] = [];
  server.on('connection', (socket) => ends.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    lane.close(true);
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const open = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  return {
    lane,
    open,
    ends,
    connect: () => connect(port, '127.0.0.1'),
    async talk(...pieces) {
      const socket = connect(port, '127.0.0.1').setNoDelay();
      const answers = text(socket);
      let sent = 0;
      for (const piece of pieces) {
        socket.write(piece, 'latin1');
        sent += piece.length;
        await until(() => ends.some((end) => end.remotePort === socket.localPort && end.bytesRead === sent));
      }
      socket.end();
      return answers;
    },
  };
}

/** The bodies of what came back. */
function bodies(answers: string): string[] {
  return answers
    .split(/HTTP\/1\.1 \d{3} [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/)
    .slice(1)
    .map((body) => body.replace(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, ''));
}

test('a plain GET of what is ready is answered, again and again on one connection', async (t) => {
  const { connect } = await serve(t);
  const socket = connect();
  for (let round = 0; round < 3; round++) {
    socket.write(GET);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(
      answer.toString(),
      /^HTTP\/1\.1 200 OK\r\ncontent-length: 5\r\nDate: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=20\r\n\r\nready$/,
    );
  }
  socket.destroy();
});

test('everything else is answered by Node’s own server, on the same connection', async (t) => {
  const { talk } = await serve(t);
  const elsewhere = 'GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n';
  const post = 'POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n';
  assert.deepEqual(bodies(await talk(GET, elsewhere, GET)), [
    'ready',
    'node: GET /elsewhere ',
    'node: GET /ready ',
  ]);
  assert.deepEqual(bodies(await talk(GET, post, 'a bod')), ['ready', 'node: POST /ready a bod']);
  assert.match(await talk('HEAD /ready HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\n$/);
});

test('requests that come in one piece, and one that comes in many, are each answered in turn', async (t) => {
  const { talk } = await serve(t);
  assert.equal(bodies(await talk(GET + GET + GET)).length, 3);
  assert.deepEqual(bodies(await talk(...GET)), ['node: GET /ready ']);
  assert.deepEqual(bodies(await talk(GET, GET.slice(0, 20), GET.slice(20) + GET)).length, 3);
});

test('whatever could be read in two ways is left to Node’s parser', async (t) => {
  const { talk } = await serve(t);
  const withHeader = (...lines: string[]) =>
    talk(`GET /ready HTTP/1.1\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n`);
  for (const line of [
    'Content-Length: 0',
    'content-length:0',
    'Connection: close',
    'Connection: keep-alive, te',
    'Expect: 100-continue',
    'Cookie: a=b',
    'Authorization: Basic YTpi',
    'Accept: \xe9',
  ]) {
    assert.match(await withHeader(line), /node: GET \/ready/, line);
  }
  for (const line of [
    'Bad header: a',
    'A: b\n',
    ' folded: a',
    'A: \x01',
    'Host: b',
    ': a',
    'Transfer-Encoding: x',
    'Content-Length: 40',
  ]) {
    assert.doesNotMatch(await withHeader(line), /\r\nready/, line);
  }
  assert.match(await talk('GET /ready HTTP/1.0\r\n\r\n'), /Connection: close[\s\S]*node: GET/);
  assert.match(await talk('GET http://a/ready HTTP/1.1\r\nHost: a\r\n\r\n'), /node: GET http/);
  assert.match(await talk('\r\nGET /ready HTTP/1.1\r\nHost: a\r\n\r\n'), /node: GET/);
  assert.match(await talk(`GET /ready HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(5000)}\r\n\r\n`), /node: GET/);
});

test('a body that hides a request does not become one', async (t) => {
  const { talk } = await serve(t);
  const hidden = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${GET.length}\r\n\r\n`;
  assert.deepEqual(bodies(await talk(hidden, GET)), [`node: POST / ${GET}`]);
  assert.deepEqual(bodies(await talk(GET, hidden, GET, GET)), [
    'ready',
    `node: POST / ${GET}`,
    'node: GET /ready ',
  ]);
});

test('who asks without reading is not read from either, and gets every answer in the end', async (t) => {
  const body = Buffer.alloc(1 << 20, 'a');
  const { connect, ends } = await serve(
    t,
    new ReadyAnswer(200, ['content-length', String(body.length)], body),
  );
  const socket = connect().setNoDelay();
  let asked = 0;
  const isRead = () => ends[0]?.bytesRead === asked * GET.length;
  const isFull = () => ends[0]?.isPaused() === true && ends[0].writableLength > 0;
  do {
    socket.write(GET);
    asked++;
    await until(() => isRead() || isFull());
  } while (isRead() && asked < 100);
  assert.ok(asked < 100, `${asked} answers of a megabyte were taken on`);
  const answers = text(socket);
  await until(isRead);
  socket.end();
  assert.equal((await answers).match(/HTTP\/1\.1 200 OK/g)?.length, asked);
});

test('the date is the second’s, also while an older answer is on its way', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 23, 8) });
  const answer = new ReadyAnswer(200, ['content-length', '5'], Buffer.from('ready'));
  const first = answer.wire();
  assert.match(first.toString(), /Date: Mon, 23 Nov 2026 08:00:00 GMT\r\n/);
  assert.equal(answer.wire(), first);
  t.mock.timers.tick(1000);
  assert.match(answer.wire().toString(), /Date: Mon, 23 Nov 2026 08:00:01 GMT\r\n[\s\S]*\r\n\r\nready$/);
  assert.match(first.toString(), /08:00:00/);
});

test('a client that is done is let go once it has its answer', async (t) => {
  const { talk, open } = await serve(t);
  assert.deepEqual(bodies(await talk(GET)), ['ready']);
  await until(async () => (await open()) === 0);
});

test('a connection on which nothing is asked is closed in time', async (t) => {
  const { connect, open } = await serve(t, READY, { keepAliveTimeout: 50 });
  const [silent, asking] = [connect(), connect()];
  asking.write(GET);
  await once(asking, 'data');
  await Promise.all([once(silent.resume(), 'close'), once(asking.resume(), 'close')]);
  assert.equal(await open(), 0);
});

test('a slow reader has its answer to the end, longer than a connection may be idle', async (t) => {
  const body = Buffer.alloc(8 << 20, 'a');
  const ready = new ReadyAnswer(200, ['content-length', String(body.length)], body);
  const { connect, ends } = await serve(t, ready, { keepAliveTimeout: 200 });
  const slow = connect();
  slow.write(GET);
  await until(() => ends.some((end) => end.writableLength > 0));
  for (let round = 0; round < 2; round++) await once(connect().resume(), 'close'); // so long it is quiet, and longer
  assert.equal((await text(slow)).length > body.length, true);
});

test('when the server stops, open connections end', async (t) => {
  const { connect, lane, open } = await serve(t);
  const socket = connect();
  socket.write(GET);
  await once(socket, 'data');
  lane.close();
  await once(socket.resume(), 'close');
  assert.equal(await open(), 0);
});
