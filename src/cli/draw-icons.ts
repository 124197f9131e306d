import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { drawSharePicture } from '#core/articles/share-picture/share-picture.ts';

/**
 * Draws the icons in public/ from its favicon.svg, and the picture that is shared where none can be drawn.
 * Run once, after a change of either: `node_modules/.bin/node src/cli/draw-icons.ts`
 */
const folder = new URL('../../public/', import.meta.url);
const mark = readFileSync(new URL('favicon.svg', folder), 'utf8');
const NIGHT = '#12161f';

save('favicon.ico', icoOf(await Promise.all([icon(16, 1), icon(32, 2), icon(48, 3)]), [16, 32, 48]));
save('apple-touch-icon.png', await icon(180, 8)); // iOS rounds the corners
save('icon-192.png', await icon(192, 10));
save('icon-512.png', await icon(512, 26));
save('icon-maskable-512.png', await icon(512, 17)); // within the circle of 80 % that every launcher leaves
save('share-plain.png', await drawSharePicture({ site: '', title: '', place: '', date: '' }));

/** The mark on the night; `step` is how many pixels one of its 16 squares takes: whole ones, so that edges are sharp. */
function icon(size: number, step: number): Promise<Buffer> {
  const side = size / step;
  const margin = (side - 16) / 2;
  const framed = mark.replace(/viewBox="[^"]*"/, `viewBox="${-margin} ${-margin} ${side} ${side}"`);
  return sharp(Buffer.from(framed), { density: 72 * step })
    .resize(size, size)
    .flatten({ background: NIGHT })
    .png({ palette: true, effort: 10, compressionLevel: 9 })
    .toBuffer();
}

/** The container of Windows' icons, with a PNG for each size. */
function icoOf(pictures: readonly Buffer[], sizes: readonly number[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [index, picture] of pictures.entries()) {
    const at = 6 + 16 * index;
    head.set([sizes[index] ?? 0, sizes[index] ?? 0, 0, 0, 1, 0, 32, 0], at);
    head.writeUInt32LE(picture.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += picture.length;
  }
  return Buffer.concat([head, ...pictures]);
}

function save(name: string, bytes: Buffer): void {
  writeFileSync(new URL(name, folder), bytes);
}
