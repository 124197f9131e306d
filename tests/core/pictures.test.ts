import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Variant } from '#core/articles/pictures/picture.ts';
import { pictureHtml, withPictures, withPlainPictures } from '#core/articles/pictures/picture-html.ts';
import { Pictures } from '#core/articles/pictures/pictures.ts';
import { Turns } from '#core/articles/pictures/turns.ts';
import { previewPath } from '#core/articles/preview.ts';
import { DAY } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { jpegWithPlace, photo } from '../support/photos.ts';
import { openTestApp } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

/** An app with one published article, `news`, in a folder of its own. */
async function newsroom(t: TestContext, body = '![A harbour](./photo.jpg)') {
  const app = await openTestApp(t);
  const folder = path.join(app.config.contentDir, 'articles/news');
  mkdirSync(folder);
  const write = (text: string, published = '2026-11-23') =>
    writeFileSync(path.join(folder, 'index.md'), `---\ntitle: News\npublished: ${published}\n---\n${text}\n`);
  write(body);
  app.library.reload();
  const keptDir = path.join(app.config.dataDir, 'pictures');
  const save = (name: string, bytes: Buffer | string) => writeFileSync(path.join(folder, name), bytes);
  const page = async () => {
    const article = app.library.written('news');
    assert.ok(article);
    return withPictures(app.pictures, app.library.html(article), article.path);
  };
  const logged = (event: string) => app.lines.filter((line) => line.event === event);
  return { app, folder, keptDir, write, save, page, logged, kept: () => readdirSync(keptDir).sort() };
}

/** What is served at an address. */
async function bytesAt(pictures: Pictures, address: string): Promise<Buffer | undefined> {
  const found = await pictures.at(address);
  if (found.state === 'drawing') return readFileSync(found.file);
  const made = found.state === 'variant' ? await pictures.make(found.picture, found.variant) : undefined;
  const bytes = made && (await buffer(made.stream()));
  assert.equal(bytes?.length, made?.size);
  return bytes;
}

async function measured(pictures: Pictures, name: string) {
  const picture = await pictures.picture('/articles/news/', `./${name}`);
  assert.ok(picture, name);
  return picture;
}

const srcset = (html: string, type: string) =>
  new RegExp(`type="image/${type}"[^>]*srcset="([^"]*)"`).exec(html)?.[1]?.split(/(?<=w),/) ?? [];
const widths = (html: string, type: string) => srcset(html, type).map((one) => one.split(' ')[1]);

describe('a picture on a page', () => {
  test('comes with its true size, and in AVIF and WebP no wider than it is', async (t) => {
    const { save, page } = await newsroom(t);
    save('photo.jpg', await photo(1200, 800).jpeg().toBuffer());
    const html = await page();
    assert.deepEqual(widths(html, 'avif'), ['480w', '960w', '1200w']);
    assert.deepEqual(widths(html, 'webp'), ['480w', '960w', '1200w']);
    const img = /<img [^>]*>/.exec(html)?.[0];
    assert.match(
      img ?? '',
      /^<img src="\/articles\/news\/photo\.jpg\.960\.[0-9a-f]{8}\.jpg" width="1200" height="800" /,
    );
    assert.match(img ?? '', /alt="A harbour"/);
  });

  test('each of its addresses leads to just that picture', async (t) => {
    const { app, save, page } = await newsroom(t);
    save('photo.jpg', await photo(1000, 500).jpeg().toBuffer());
    const html = await page();
    for (const type of ['avif', 'webp'] as const) {
      for (const [address = '', width = ''] of srcset(html, type).map((one) => one.split(' '))) {
        const { mediaType, ...size } = await sharp(await bytesAt(app.pictures, address)).metadata();
        assert.deepEqual(
          [mediaType, size.width, size.height],
          [`image/${type}`, Number.parseInt(width, 10), Number.parseInt(width, 10) / 2],
        );
      }
    }
    const fallback = await bytesAt(app.pictures, /src="([^"]*)"/.exec(html)?.[1] ?? '');
    assert.equal((await sharp(fallback).metadata()).mediaType, 'image/jpeg');
  });

  test('stands as the camera was held, and nothing served tells where that was', async (t) => {
    const { app, save, page } = await newsroom(t);
    const raw = await jpegWithPlace(1000, 600);
    assert.ok((await sharp(raw).metadata()).exif);
    save('photo.jpg', raw);
    const html = await page();
    assert.match(html, /width="600" height="1000"/);
    const addresses = [
      ...[...srcset(html, 'avif'), ...srcset(html, 'webp')].map((one) => one.split(' ')[0] ?? ''),
      /src="([^"]*)"/.exec(html)?.[1] ?? '',
      '/articles/news/photo.jpg',
    ];
    for (const address of addresses) {
      const bytes = await bytesAt(app.pictures, address);
      const { exif, xmp, iptc, orientation, width, height } = await sharp(bytes).metadata();
      assert.deepEqual([exif, xmp, iptc, orientation], [undefined, undefined, undefined, undefined], address);
      assert.ok(height > width, address);
    }
  });

  test('a drawing and an animation have one form, with its size', async (t) => {
    const { app, save, page } = await newsroom(t, '![One](./map.svg)\n\n![Two](./loop.gif)');
    save('map.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"/>');
    const frames = await Promise.all(['red', 'blue'].map((one) => photo(64, 48, one).png().toBuffer()));
    save(
      'loop.gif',
      await sharp(frames, { join: { animated: true } })
        .gif({ delay: [90, 200] })
        .toBuffer(),
    );
    const html = await page();
    assert.doesNotMatch(html, /<picture/);
    assert.match(html, /src="\/articles\/news\/map\.svg" width="300" height="100"/);
    const [, gif = ''] = /src="([^"]*\.gif)" width="64" height="48"/.exec(html) ?? [];
    for (const address of [gif, '/articles/news/loop.gif']) {
      const { pages, delay, mediaType } = await sharp(await bytesAt(app.pictures, address)).metadata();
      assert.deepEqual([mediaType, pages, delay], ['image/gif', 2, [90, 200]], address);
    }
  });

  test('of an author is as small as it is shown', async (t) => {
    const { app } = await newsroom(t);
    const folder = path.join(app.config.contentDir, 'authors');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'ann.md'), '---\nname: Ann\n---\n');
    writeFileSync(path.join(folder, 'ann.jpg'), await photo(1000, 1000).jpeg().toBuffer());
    app.library.reload();
    const picture = await app.pictures.picture('/authors/ann/', './ann.jpg');
    assert.ok(picture);
    const html = pictureHtml(picture, { alt: '"Ann" & <me>', sizes: '3.5rem' });
    assert.deepEqual(widths(html, 'avif'), ['128w', '256w', '480w']);
    assert.match(html, /alt="&quot;Ann&quot; &amp; &lt;me&gt;"/);
    assert.ok(await bytesAt(app.pictures, srcset(html, 'webp')[0]?.split(' ')[0] ?? ''));
  });

  test('in feeds and letters it is one that every reader of mail shows', async (t) => {
    const body = '![a](./a.avif) ![w](./w.webp) ![s](./s.svg) ![p](./p.png) ![j](./j.jpg)';
    const { app, save } = await newsroom(t, body);
    const glass = photo(1400, 700).ensureAlpha(0.5);
    save('a.avif', await photo(1400, 700).avif({ effort: 0 }).toBuffer());
    save('w.webp', await glass.webp({ effort: 0 }).toBuffer());
    save('s.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"/>');
    save('p.png', await photo(300, 150).png().toBuffer());
    save('j.jpg', await photo(1400, 700).jpeg().toBuffer());
    const article = app.library.written('news');
    assert.ok(article);
    const html = await withPlainPictures(app.pictures, app.library.html(article), article.path);
    assert.doesNotMatch(html, /<picture|srcset/);
    const shown = [...html.matchAll(/src="([^"]*)" width="(\d+)" height="(\d+)"/g)];
    assert.deepEqual(
      shown.map(([, src = '', ...size]) => [path.extname(src), ...size.map(Number)]),
      [
        ['.jpg', 960, 480],
        ['.png', 960, 480],
        ['.png', 960, 480],
        ['.png', 300, 150],
        ['.jpg', 960, 480],
      ],
    );
    for (const [, src = '', width] of shown)
      assert.equal((await sharp(await bytesAt(app.pictures, src)).metadata()).width, Number(width));
  });

  test('stays as it was written where it is missing, elsewhere, or none at all', async (t) => {
    const body =
      '![a](./none.jpg) ![b](https://elsewhere.example/a.png) ![c](../../secret.png) ![d](./text.png)';
    const { save, page, logged } = await newsroom(t, body);
    save('text.png', 'no picture');
    const html = await page();
    assert.doesNotMatch(html, /<picture|width=/);
    assert.equal([...html.matchAll(/<img /g)].length, 4);
    await page();
    assert.deepEqual(
      logged('picture.unreadable').map(({ picture }) => picture),
      ['articles/news/text.png'],
      'said once, by name',
    );
  });

  test('is another one as soon as its file is replaced, and an old address shows the new one', async (t) => {
    const { app, save, page } = await newsroom(t);
    save('photo.jpg', await photo(400, 300, 'red').jpeg().toBuffer());
    const [before = ''] = srcset(await page(), 'webp')[0]?.split(' ') ?? [];
    save('photo.jpg', await photo(400, 200, 'blue').jpeg().toBuffer());
    const html = await page();
    assert.match(html, /width="400" height="200"/);
    const [after = ''] = srcset(html, 'webp')[0]?.split(' ') ?? [];
    assert.notEqual(after, before);
    assert.deepEqual(await bytesAt(app.pictures, before), await bytesAt(app.pictures, after));
    const old = await app.pictures.at(before);
    assert.equal(old.state === 'variant' && old.isLasting, false, 'not for ever');
  });

  test('may have a name as cameras and people give it', async (t) => {
    const { app, save, page } = await newsroom(t, '![a](<./Küste & Meer, 2.JPG>)');
    save('Küste & Meer, 2.JPG', await photo(500, 300).jpeg().toBuffer());
    const [address = ''] = srcset(await page(), 'webp')[1]?.split(' ') ?? [];
    assert.ok(await bytesAt(app.pictures, address.replaceAll('&amp;', '&')));
  });
});

describe('what is served', () => {
  test('is the few forms that pages name, and nothing else', async (t) => {
    const { app, save } = await newsroom(t);
    save('photo.jpg', await photo(1000, 500).jpeg().toBuffer());
    const { hash } = await measured(app.pictures, 'photo.jpg');
    const at = (rest: string) => app.pictures.at(`/articles/news/${rest}`);
    const h = hash.slice(0, 8);
    assert.equal((await at(`photo.jpg.480.${h}.avif`)).state, 'variant');
    const refused = [
      `photo.jpg.481.${h}.avif`,
      `photo.jpg.1440.${h}.avif`,
      `photo.jpg.0480.${h}.avif`,
      `photo.jpg.480.${h}.jpg`,
      `photo.jpg.480.${h}.gif`,
      `photo.jpg.480.${h}.tiff`,
      'photo.jpg.480.avif',
      `other.jpg.480.${h}.avif`,
      `photo.jpg.480.${h}.avif.480.${h}.avif`,
      'index.md',
      '..%2findex.png',
      '.hidden.png',
    ];
    for (const rest of refused) assert.equal((await at(rest)).state, 'none', rest);
  });

  test('belongs to what readers can see', async (t) => {
    const { app, save, write } = await newsroom(t);
    save('photo.jpg', await photo(500, 300).jpeg().toBuffer());
    save('map.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"/>');
    const { hash } = await measured(app.pictures, 'photo.jpg');
    const all = ['photo.jpg', 'map.svg', `photo.jpg.480.${hash.slice(0, 8)}.webp`];
    const states = () =>
      Promise.all(all.map(async (name) => (await app.pictures.at(`/articles/news/${name}`)).state));
    assert.deepEqual(await states(), ['variant', 'drawing', 'variant']);
    write('![A harbour](./photo.jpg)', '2027-01-01');
    app.library.reload();
    assert.deepEqual(await states(), ['none', 'none', 'none']);
  });
});

test('a draft’s pictures are seen by who has its link, and named as its writer knows them', async (t) => {
  const { app, save, write, logged } = await newsroom(t);
  write('![A harbour](./photo.jpg) ![Text](./text.png)', '2027-01-01');
  app.library.reload();
  save('photo.jpg', await photo(500, 300).jpeg().toBuffer());
  save('text.png', 'no picture');
  const article = app.library.written('news');
  assert.ok(article);
  const page = previewPath(app, 'news');
  const html = await withPictures(app.pictures, app.library.html(article), page);
  const [address = ''] = srcset(html, 'webp')[0]?.split(' ') ?? [];
  assert.ok(address.startsWith(page));
  assert.ok(await bytesAt(app.pictures, address));
  const guess = address.replace(page, previewPath({ secret: Buffer.alloc(32) }, 'news'));
  assert.equal((await app.pictures.at(guess)).state, 'none');
  assert.equal((await app.pictures.at('/articles/news/photo.jpg')).state, 'none');
  assert.deepEqual(
    logged('picture.unreadable').map(({ picture }) => picture),
    ['articles/news/text.png'],
  );
});

describe('what was made', () => {
  const webp: Variant = { width: 480, format: 'webp' };
  const bytesOf = async (pictures: Pictures, variant = webp) => {
    const made = await pictures.make(await measured(pictures, 'photo.jpg'), variant);
    return made && buffer(made.stream());
  };

  test('is made once, however many ask, and found again after a restart', async (t) => {
    const { app, save, kept, logged } = await newsroom(t);
    save('photo.jpg', await photo(600, 300).jpeg().toBuffer());
    const all = await Promise.all(Array.from({ length: 20 }, () => bytesOf(app.pictures)));
    assert.equal(new Set(all.map((one) => one?.toString('base64'))).size, 1);
    const again = new Pictures(app);
    t.after(() => again.makers.close());
    assert.deepEqual(await bytesOf(again), all[0]);
    assert.equal(logged('picture.made').length, 1);
    assert.equal(kept().length, 1);
  });

  test('is made again where the disk has damaged it', async (t) => {
    const { app, save, kept, keptDir, logged } = await newsroom(t);
    save('photo.jpg', await photo(600, 300).jpeg().toBuffer());
    const whole = await bytesOf(app.pictures);
    const [name = ''] = kept();
    const harms = [
      () => truncateSync(path.join(keptDir, name), 100),
      () => truncateSync(path.join(keptDir, name), 0),
      () => {
        const bytes = readFileSync(path.join(keptDir, name));
        bytes.writeUInt8(bytes.readUInt8(50) ^ 1, 50);
        writeFileSync(path.join(keptDir, name), bytes);
      },
    ];
    for (const harm of harms) {
      harm();
      const restarted = new Pictures(app);
      t.after(() => restarted.makers.close());
      assert.deepEqual(await bytesOf(restarted), whole);
    }
    assert.equal(logged('picture.damaged').length, harms.length);
    assert.deepEqual(kept(), [name], 'nothing half written is left');
  });

  test('reaches the reader though nothing can be kept', async (t) => {
    const { app, save, keptDir, logged } = await newsroom(t);
    save('photo.jpg', await photo(600, 300).jpeg().toBuffer());
    writeFileSync(keptDir, 'a file where the folder should be');
    assert.equal((await sharp(await bytesOf(app.pictures)).metadata()).width, 480);
    await bytesOf(app.pictures);
    assert.deepEqual(
      [logged('picture.made').length, logged('picture.not-kept').length],
      [1, 1],
      'not made at each request',
    );
    rmSync(keptDir);
  });

  test('goes when nobody has asked for it in a month', async (t) => {
    const { app, save, kept, keptDir } = await newsroom(t);
    save('photo.jpg', await photo(600, 300).jpeg().toBuffer());
    await bytesOf(app.pictures);
    await bytesOf(app.pictures, { width: 480, format: 'jpg' });
    writeFileSync(path.join(keptDir, 'left.webp.part'), '');
    const now = new Date();
    const long = new Date(now.getTime() - 31 * DAY);
    utimesSync(path.join(keptDir, 'left.webp.part'), long, long);
    const [old = '', ...others] = kept().filter((name) => !name.endsWith('.part'));
    utimesSync(path.join(keptDir, old), long, long);
    await app.pictures.kept.tidy(now);
    assert.deepEqual(kept(), others);
  });
});

describe('a picture that cannot be made', () => {
  test('is not served as it is, and the log names it', async (t) => {
    const { app, save, logged } = await newsroom(t);
    const whole = await jpegWithPlace(1000, 600);
    save('photo.jpg', whole.subarray(0, whole.length / 2));
    assert.equal(await bytesAt(app.pictures, '/articles/news/photo.jpg'), undefined);
    assert.ok(logged('picture.failed').every(({ picture }) => picture === 'articles/news/photo.jpg'));
    const failures = logged('picture.failed').length;
    assert.equal(await bytesAt(app.pictures, '/articles/news/photo.jpg'), undefined);
    assert.equal(logged('picture.failed').length, failures, 'nor is it tried at each request');
  });

  test('is not even opened where it claims to be enormous', async (t) => {
    const { app, save, page, logged } = await newsroom(t, '![a](./bomb.png)');
    save('bomb.png', enormousPng(60_000, 60_000));
    assert.doesNotMatch(await page(), /<picture/);
    assert.equal(await bytesAt(app.pictures, '/articles/news/bomb.png'), undefined);
    assert.match(String(logged('picture.unreadable')[0]?.message), /pixel limit/);
  });
});

test('the process that decodes may die and knows no password; another takes its place', {
  skip: process.platform !== 'linux' && 'skipped: looks for it in /proc',
}, async (t) => {
  const { app, save } = await newsroom(t);
  process.env.SMTP_URL = 'smtp://user:password@relay.example';
  t.after(() => delete process.env.SMTP_URL);
  save('photo.png', await photo(3000, 3000).png().toBuffer());
  const picture = await measured(app.pictures, 'photo.png');
  const job = { make: 'variant', picture, variant: { width: 1920, format: 'avif' } } as const;
  const others = makersOf(process.pid);
  const failed = assert.rejects(app.pictures.makers.make(job), /process that made it ended/);
  await until(() => makersOf(process.pid).some((one) => !others.includes(one)));
  const [maker = 0] = makersOf(process.pid).filter((one) => !others.includes(one));
  assert.doesNotMatch(readFileSync(`/proc/${maker}/environ`, 'utf8'), /SMTP_URL|password/);
  process.kill(maker, 'SIGKILL');
  await failed;
  const bytes = await app.pictures.makers.make({ ...job, variant: { width: 480, format: 'webp' } });
  assert.equal((await sharp(bytes).metadata()).width, 480);
});

test('two pictures are made at a time, and a line that grows long is refused', async () => {
  const turns = new Turns(2);
  const gates = Array.from({ length: 202 }, () => Promise.withResolvers<void>());
  let atWork = 0;
  let most = 0;
  const all = gates.map((gate) =>
    turns.take(async () => {
      most = Math.max(most, ++atWork);
      await gate.promise;
      atWork--;
    }),
  );
  await assert.rejects(
    turns.take(async () => {}),
    (error) => error instanceof AppError && error.code === 'unavailable',
  );
  for (const gate of gates) gate.resolve();
  await Promise.all(all);
  assert.equal(most, 2);
});

/** The processes below one that make pictures, once they run their own program. */
function makersOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? [];
  return children
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('maker-process'))
    .map(Number);
}

/** A PNG of a few bytes that claims to be so large. */
function enormousPng(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const parts = [
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.of()),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
}
