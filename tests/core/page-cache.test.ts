import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { DAY, SECOND } from '#core/platform/clock.ts';
import type { RenderedPage } from '#server/kept-page.ts';
import { PageCache } from '#server/page-cache.ts';
import { TestClock } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

const newCache = (maxBytes = 1_000_000) => new PageCache({ maxBytes, extraHeaders: ['x-security', 'on'] });

function page(body: string, ...tags: string[]): RenderedPage {
  return { headers: new Headers({ 'content-type': 'text/html' }), body: Buffer.from(body), tags };
}

/** Asks a cache over a real socket, with no encoding; undefined for a page that it does not hold. */
async function reader(
  t: TestContext,
  cache: PageCache,
): Promise<(key: string) => Promise<string | undefined>> {
  const server = createServer(
    (req, res) => void (cache.serve(req.url ?? '', req, res) || res.writeHead(404).end()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (key) => {
    const response = await fetch(origin + key, { headers: { 'accept-encoding': 'identity' } });
    const body = await response.text();
    return response.ok ? body : undefined;
  };
}

test('a kept page is answered with its own headers and those of every answer, but no one’s cookie', async (t) => {
  const cache = newCache();
  const headers = new Headers({
    'content-type': 'text/html',
    'set-cookie': 'a=b',
    'x-robots-tag': 'noindex',
  });
  await cache.keep('/', { headers, body: Buffer.from('page'), tags: [] }, cache.epoch);
  const server = createServer((req, res) => void cache.serve('/', req, res)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  assert.equal(await response.text(), 'page');
  const names = ['content-type', 'x-robots-tag', 'x-security', 'cache-control', 'vary', 'set-cookie'];
  assert.deepEqual(
    names.map((name) => response.headers.get(name)),
    ['text/html', 'noindex', 'on', 'no-cache', 'accept-encoding', null],
  );
});

test('one request renders a page while the others wait for it', async () => {
  const cache = newCache();
  const done = await cache.turn('/');
  assert.ok(done);
  let waiting = 3;
  const others = [1, 2, 3].map(async () => {
    const turn = await cache.turn('/');
    waiting -= 1;
    return turn;
  });
  assert.ok(await cache.turn('/another/'), 'another page does not wait');
  assert.equal(waiting, 3);
  done();
  assert.deepEqual(await Promise.all(others), [undefined, undefined, undefined]);
  assert.ok(await cache.turn('/'), 'after that, the next renders again');
});

test('a change forgets the pages that show it, and no others', async (t) => {
  const cache = newCache();
  const read = await reader(t, cache);
  await cache.keep('/', page('home', 'articles'), cache.epoch);
  await cache.keep('/a/', page('a', 'articles', 'comments:a'), cache.epoch);
  await cache.keep('/b/', page('b', 'comments:b'), cache.epoch);
  const held = async () => [await read('/'), await read('/a/'), await read('/b/')];
  cache.invalidate(['comments:a', 'comments:c']);
  assert.deepEqual(await held(), ['home', undefined, 'b']);
  cache.invalidate(['articles']);
  assert.deepEqual(await held(), [undefined, undefined, 'b']);
  cache.invalidate(['site']);
  assert.deepEqual(await held(), [undefined, undefined, undefined]);
});

test('a page that changed while it was rendered is not kept', async (t) => {
  const cache = newCache();
  const read = await reader(t, cache);
  const { epoch } = cache;
  cache.invalidate(['comments:a']);
  await cache.keep('/a/', page('old', 'comments:a'), epoch);
  await cache.keep('/b/', page('still true', 'comments:b'), epoch);
  assert.deepEqual([await read('/a/'), await read('/b/')], [undefined, 'still true']);
  await cache.keep('/a/', page('new', 'comments:a'), cache.epoch);
  assert.equal(await read('/a/'), 'new');
});

test('a page of any kind that was rendered while the whole site changed is not kept', async (t) => {
  const cache = newCache();
  const read = await reader(t, cache);
  const { epoch } = cache;
  cache.invalidate(['site']);
  await cache.keep('/a/', page('the old title', 'articles'), epoch);
  assert.equal(await read('/a/'), undefined);
});

test('a page whose render took longer than the changes that are remembered is not kept', async (t) => {
  const cache = newCache();
  const read = await reader(t, cache);
  const { epoch } = cache;
  cache.invalidate(['comments:a']);
  for (let n = 0; n < 1500; n++) cache.invalidate(['comments:b']);
  await cache.keep('/a/', page('old', 'comments:a'), epoch);
  assert.equal(await read('/a/'), undefined);
});

test('where memory runs short, the pages that nobody asked for go first', async (t) => {
  const cache = newCache(30_000);
  const read = await reader(t, cache);
  const big = (text: string) => page(text.padEnd(9000));
  await cache.keep('/asked/', big('asked'), cache.epoch);
  await cache.keep('/forgotten/', big('forgotten'), cache.epoch);
  assert.ok(await read('/asked/'));
  for (const key of ['/c/', '/d/']) await cache.keep(key, big(key), cache.epoch);
  assert.deepEqual(
    [(await read('/asked/'))?.trim(), await read('/forgotten/'), (await read('/d/'))?.trim()],
    ['asked', undefined, '/d/'],
  );
});

test('a page larger than all the memory there is is answered, but not kept', async (t) => {
  const cache = newCache(1000);
  const read = await reader(t, cache);
  await cache.keep('/huge/', page('x'.repeat(1001)), cache.epoch);
  await cache.keep('/small/', page('small'), cache.epoch);
  assert.deepEqual([await read('/huge/'), await read('/small/')], [undefined, 'small']);
});

test('pages that change while they are compressed leave no memory taken', async (t) => {
  const cache = newCache(10_000);
  const read = await reader(t, cache);
  const keeping = Array.from({ length: 200 }, () => {
    const kept = cache.keep('/often/', page(randomBytes(1000).toString('hex'), 'articles'), cache.epoch);
    cache.invalidate(['articles']);
    return kept;
  });
  await Promise.all(keeping);
  await cache.keep('/last/', page('here to stay'), cache.epoch);
  assert.equal(await read('/last/'), 'here to stay');
});

test('a page that is asked for again is compressed better, and meanwhile answered as it is', async () => {
  const cache = newCache();
  const words = Array.from({ length: 3000 }, (_, n) => `word${(n * 7919) % 613}`);
  await cache.keep('/', page(words.join(' ')), cache.epoch);
  const bytes = () => cache.answerTo('/', { 'accept-encoding': 'br' })?.body.length ?? 0;
  const atFirst = bytes();
  assert.ok(atFirst > 0);
  await until(() => bytes() < atFirst, 'a smaller answer');
});

test('a page that shows something else by itself after some time is kept until then', async () => {
  const clock = new TestClock('2026-11-24T09:00:00.000Z');
  const cache = new PageCache({ maxBytes: 1_000_000, extraHeaders: [], clock });
  await cache.keep('/soon/', { ...page('open'), maxAge: 60 }, cache.epoch);
  await cache.keep('/never/', page('for good'), cache.epoch);
  await cache.keep('/now/', { ...page('over'), maxAge: 0 }, cache.epoch);
  const held = () => ['/soon/', '/never/', '/now/'].map((key) => cache.answerTo(key, {}) !== undefined);
  clock.advance(60 * SECOND - 1);
  assert.deepEqual(held(), [true, true, false]);
  clock.advance(1);
  assert.deepEqual(held(), [false, true, false]);
  assert.deepEqual([cache.has('/soon/'), cache.has('/never/')], [false, true], 'it takes no memory any more');
  await cache.keep('/soon/', { ...page('closed') }, cache.epoch);
  assert.deepEqual(held(), [true, true, false]);
  clock.advance(365 * DAY);
  assert.deepEqual(held(), [true, true, false]);
});
