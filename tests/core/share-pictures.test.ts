import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { drawText } from '#core/articles/share-picture/drawn-text.ts';
import { fitText } from '#core/articles/share-picture/fit-text.ts';
import { drawSharePicture } from '#core/articles/share-picture/share-picture.ts';
import { shareKey } from '#core/articles/share-picture/share-pictures.ts';
import type { ShareSubject } from '#core/articles/share-picture/share-subject.ts';
import { projectRoot } from '#core/platform/config.ts';
import { serveSharePicture } from '#server/share-pictures.ts';
import { StaticFiles } from '#server/static-files.ts';
import { jpegWithPlace } from '../support/photos.ts';
import { copiedContent, openTestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';
import { startSite, until } from '../support/test-site.ts';

const SUBJECT: ShareSubject = { site: 'Watchpost', title: 'News', place: 'Cloud', date: '23 November 2026' };
const ROOM = { width: 520, height: 336, lines: 4, sizes: [76, 60, 48], colour: '#ffffff' };

test('a title is as large as it can be, in lines of even length', async () => {
  const short = await fitText('Passkeys explained', ROOM);
  const wide = await drawText('Passkeys explained', { size: 76, colour: '#ffffff', width: 2000 });
  assert.equal(short.lines, 2);
  assert.ok(short.width < 0.7 * wide.width, 'not all on one line and a word on the next');
  const long = await fitText('Multi-factor failure locks out Office 365 and Azure users', ROOM);
  assert.ok(long.lines <= 4 && long.baseline <= ROOM.height && long.width <= ROOM.width);
});

test('a title that is too long is cut, whatever it is made of', async () => {
  const titles = [
    'A title of many words that goes on and on '.repeat(50),
    'W'.repeat(10_000),
    '漢字'.repeat(500),
    '👩‍👩‍👧‍👦'.repeat(200),
  ];
  for (const title of titles) {
    const { lines, baseline, width } = await fitText(title, ROOM);
    assert.ok(lines <= 4 && baseline <= ROOM.height && width <= ROOM.width, title.slice(0, 20));
  }
});

test('whatever a title says, it is drawn as it is written', async () => {
  const titles = [
    '<b>bold</b> & <span foreground="red">red</span>',
    '</span></span><x>',
    '"quotes" and \'others\' &amp; &#60;',
    'שלום עולם 123 עולם',
    'عنوان عربي',
    '🔒 emoji',
    'a\u0000b\u0008c\ud800d',
    '\u202e reversed',
    '\u0001',
    '%s %n {{y}}',
  ];
  for (const title of titles) {
    const { format, width, height } = await sharp(await drawSharePicture({ ...SUBJECT, title })).metadata();
    assert.deepEqual([format, width, height], ['png', 1200, 630], title);
  }
  const style = { size: 60, colour: '#ffffff', width: 1000 };
  assert.ok((await drawText('<b>bold</b>', style)).width > 1.8 * (await drawText('bold', style)).width);
});

test('a machine without fonts draws the same letters', async (t) => {
  const conf = path.join(temporaryFolder(t), 'fonts.conf');
  writeFileSync(conf, '<?xml version="1.0"?><fontconfig/>');
  const words = ['Multi-factor failure', 'Łódź, Größe', 'Ελλάδα', 'Привет'];
  const style = { size: 60, colour: '#ffffff', width: 1000 };
  const script = `import { drawText } from '#core/articles/share-picture/drawn-text.ts';
    for (const one of ${JSON.stringify(words)}) console.log((await drawText(one, ${JSON.stringify(style)})).width);`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, FONTCONFIG_FILE: conf },
  });
  const without = stdout.trim().split('\n').map(Number);
  for (const [index, one] of words.entries()) {
    const { width } = await drawText(one, style);
    assert.ok(Math.abs(width - (without[index] ?? 0)) <= 3, `${one}: ${width}, ${without[index]} ${stderr}`);
  }
});

test('the picture of an article says its title, topic, day and what goes on, and shows its cover', async (t) => {
  const app = await openTestApp(t);
  const folder = path.join(app.config.contentDir, 'articles');
  const fields = { title: 'News', topics: ['cloud'], status: 'ongoing', severity: 'critical' };
  writeArticle(app.config.contentDir, 'news', { ...fields, image: { src: './a.jpg', alt: 'A' } });
  writeArticle(app.config.contentDir, 'plain');
  writeFileSync(path.join(folder, 'a.jpg'), await jpegWithPlace(900, 600));
  app.library.reload();
  const { cover, ...words } = await app.sharePictures.subject(app.library.article('news'));
  assert.deepEqual(words, {
    site: 'Watchpost',
    title: 'News',
    place: 'Cloud',
    date: '23 November 2026',
    flag: 'Critical and ongoing',
  });
  assert.equal(cover?.file, path.join(folder, 'a.jpg'));
  const { flag, cover: none } = await app.sharePictures.subject(app.library.article('plain'));
  assert.deepEqual([flag, none], [undefined, undefined]);
  const drawn = await app.sharePictures.drawn({ ...words, cover });
  assert.ok(drawn);
  assert.equal((await sharp(await buffer(drawn.stream())).metadata()).exif, undefined);
});

test('a cover that is damaged is left out', async (t) => {
  const app = await openTestApp(t);
  const file = path.join(app.config.contentDir, 'articles/a.jpg');
  writeArticle(app.config.contentDir, 'news', { image: { src: './a.jpg', alt: 'A' } });
  const whole = await jpegWithPlace(900, 600);
  writeFileSync(file, whole.subarray(0, whole.length / 2));
  app.library.reload();
  const subject = await app.sharePictures.subject(app.library.article('news'));
  assert.ok(subject.cover);
  const { cover, ...without } = subject;
  assert.deepEqual(await drawSharePicture(subject), await drawSharePicture(without));
});

test('it is another one as soon as what it says is another', () => {
  const key = shareKey(SUBJECT);
  assert.equal(shareKey({ ...SUBJECT }), key);
  for (const change of [
    { title: 'Newer' },
    { site: 'S' },
    { place: 'P' },
    { date: 'D' },
    { flag: 'Ongoing' },
  ])
    assert.notEqual(shareKey({ ...SUBJECT, ...change }), key);
});

test('where nothing can be drawn, a plain picture is shown', async (t) => {
  const app = await openTestApp(t);
  const files = new StaticFiles(path.join(projectRoot, 'public'));
  const broken = { library: app.library, sharePictures: app.sharePictures };
  t.mock.method(app.sharePictures, 'drawn', async () => undefined);
  const server = createServer((req, res) => void serveSharePicture(broken, files, '/share.png', req, res));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/share.png`);
  assert.equal(answer.status, 200);
  const { format, width, height } = await sharp(await answer.arrayBuffer()).metadata();
  assert.deepEqual([format, width, height], ['png', 1200, 630]);
});

test('it has an address of its own, changes with the title, and is not there for a draft', async () => {
  const t = { after: after as TestContext['after'] };
  const contentDir = copiedContent(t);
  const file = path.join(contentDir, 'articles/passkeys-explained/index.md');
  writeArticle(contentDir, 'draft', { draft: true });
  const site = await startSite(t, { CONTENT_DIR: contentDir });
  const get = (address: string, headers = {}) => fetch(site.url + address, { headers });
  const address = '/articles/passkeys-explained/share.png';
  for (const one of [address, '/share.png']) {
    const answer = await get(one);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png']);
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'cross-origin');
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=3600');
    const { width, height } = await sharp(await answer.arrayBuffer()).metadata();
    assert.deepEqual([width, height], [1200, 630]);
    const etag = answer.headers.get('etag') ?? '';
    assert.equal((await get(one, { 'if-none-match': etag })).status, 304);
  }
  const before = (await get(address)).headers.get('etag');
  assert.equal(readdirSync(path.join(site.dataDir, 'pictures')).length, 2);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^title: .*$/m, 'title: Another title'));
  await until(async () => (await get(address)).headers.get('etag') !== before, 'another picture');
  for (const none of ['/articles/draft/share.png', '/articles/none/share.png', '/authors/desk/share.png'])
    assert.equal((await get(none)).status, 404, none);
});
