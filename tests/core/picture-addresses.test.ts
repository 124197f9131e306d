import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { jpegWithPlace, photo } from '../support/photos.ts';
import { copiedContent } from '../support/test-app.ts';
import { startSite, until } from '../support/test-site.ts';

const t = { after: after as TestContext['after'] };
const contentDir = copiedContent(t);
const folder = path.join(contentDir, 'articles/sim-swapping');
const page = '/articles/sim-swapping/';
writeFileSync(path.join(folder, 'photo.jpg'), await jpegWithPlace(1000, 600));
writeFileSync(
  path.join(folder, 'index.md'),
  readFileSync(path.join(folder, 'index.md'), 'utf8').replace('src: ./cover.svg', 'src: ./photo.jpg'),
);
const site = await startSite(t, { CONTENT_DIR: contentDir, LOG_LEVEL: 'debug' });

const htmlOf = async (address: string) => (await fetch(site.url + address)).text();
const addressesIn = (html: string, ending: string) =>
  html.match(new RegExp(`/articles/sim-swapping/[^" ,]+\\.${ending}`, 'g')) ?? [];
const header = (answer: Response, name: string) => answer.headers.get(name);

test('a page names its pictures by addresses that may be kept for ever', async () => {
  const html = await htmlOf(page);
  assert.match(html, /<img src="[^"]*" width="600" height="1000"/);
  for (const ending of ['avif', 'webp', '[0-9a-f]{8}\\.jpg']) {
    const [address = ''] = addressesIn(html, ending);
    const answer = await fetch(site.url + address);
    assert.equal(answer.status, 200, address);
    assert.equal(header(answer, 'cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(
      header(answer, 'content-type'),
      `image/${path.extname(address).slice(1).replace('jpg', 'jpeg')}`,
    );
    assert.match(header(answer, 'content-security-policy') ?? '', /sandbox/);
    assert.equal(header(answer, 'cross-origin-resource-policy'), 'cross-origin', 'feed readers show it too');
    const { width, exif } = await sharp(await answer.arrayBuffer()).metadata();
    assert.deepEqual([width, exif], [Number(address.split('.')[2]), undefined]);
    const headers = { 'if-none-match': header(answer, 'etag') ?? '' };
    assert.equal((await fetch(site.url + address, { headers })).status, 304);
    const asked = await fetch(site.url + address, { method: 'HEAD' });
    assert.equal(header(asked, 'content-length'), header(answer, 'content-length'));
  }
});

test('the picture’s own address shows it without what the camera wrote', async () => {
  const answer = await fetch(`${site.url}${page}photo.jpg`);
  assert.equal(header(answer, 'cache-control'), 'public, max-age=300');
  const { width, height, exif, orientation } = await sharp(await answer.arrayBuffer()).metadata();
  assert.deepEqual([width, height, exif, orientation], [600, 1000, undefined, undefined]);
});

test('a feed names one picture, whole address and size, that every reader shows', async () => {
  const feed = await htmlOf('/topics/mobile/rss.xml');
  const [, address = ''] =
    /<img src="([^"]*sim-swapping[^"]*\.jpg)" width="600" height="1000" alt="One phone/.exec(feed) ?? [];
  assert.ok(address.startsWith(site.url), feed.slice(0, 2000));
  const { format, exif } = await sharp(await (await fetch(address)).arrayBuffer()).metadata();
  assert.deepEqual([format, exif], ['jpeg', undefined]);
});

test('a drawing travels compressed and is not sent twice', async () => {
  const file = 'how-a-number-moves.svg';
  const answer = await fetch(`${site.url}${page}${file}`, { headers: { 'accept-encoding': 'br' } });
  assert.deepEqual([header(answer, 'content-encoding'), header(answer, 'vary')], ['br', 'accept-encoding']);
  assert.equal(await answer.text(), readFileSync(path.join(folder, file), 'utf8'));
  const plain = await fetch(`${site.url}${page}${file}`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(header(plain, 'content-encoding'), null);
  assert.equal(await plain.text(), readFileSync(path.join(folder, file), 'utf8'));
  const headers = { 'if-none-match': header(answer, 'etag') ?? '' };
  assert.equal((await fetch(`${site.url}${page}${file}`, { headers })).status, 304);
});

test('no other size is made for anyone', async () => {
  const [address = ''] = addressesIn(await htmlOf(page), 'avif');
  const before = readdirSync(path.join(site.dataDir, 'pictures'));
  for (const other of [
    address.replace('.480.', '.500.'),
    address.replace('.480.', '.960.'),
    address.replace('.avif', '.png'),
    address.replace('sim-swapping', 'no-such-article'),
  ])
    assert.equal((await fetch(site.url + other)).status, 404, other);
  assert.deepEqual(readdirSync(path.join(site.dataDir, 'pictures')), before);
});

test('a picture that is replaced shows on the pages at once', async () => {
  const before = await htmlOf(page);
  writeFileSync(path.join(folder, 'photo.jpg'), await photo(400, 300).jpeg().toBuffer());
  await until(async () => (await htmlOf(page)).includes('width="400" height="300"'), 'the new picture');
  assert.notDeepEqual(addressesIn(await htmlOf(page), 'webp'), addressesIn(before, 'webp'));
});

test('a restart makes nothing again', async () => {
  const [address = ''] = addressesIn(await htmlOf(page), 'webp');
  const first = await (await fetch(site.url + address)).bytes();
  await site.stop();
  const seen = site.lines.length;
  await site.start();
  assert.deepEqual(await (await fetch(site.url + address)).bytes(), first);
  assert.ok(!site.lines.slice(seen).some(({ event }) => event === 'picture.made'));
});
