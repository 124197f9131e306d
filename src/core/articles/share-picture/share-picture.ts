import { readFile } from 'node:fs/promises';
import type { OverlayOptions } from 'sharp';
import type { PictureFacts } from '../pictures/picture.ts';
import { openPicture } from '../pictures/sharp.ts';
import { drawText } from './drawn-text.ts';
import { fitText } from './fit-text.ts';
import { backdrop, EDGE, FLOOR, NIGHT, SIZE } from './share-scene.ts';
import type { ShareSubject } from './share-subject.ts';

/** Of the title's letters, in pixels. */
const SIZES = [76, 68, 60, 54, 48];
/** Where the room for the title begins, and how far above the floor it ends. */
const MASTHEAD = 132;
const FOOTING = 52;
const FLAG = 44;
const FLAG_GAP = 26;

/** The picture that stands where somebody shares a link: PNG, 1200 by 630. */
export async function drawSharePicture(subject: ShareSubject): Promise<Buffer> {
  const { cover } = subject;
  const art = cover && (await coverLayer(cover).catch(() => undefined)); // damaged: as good as none
  const layers = await Promise.all([
    mastheadLayers(subject.site),
    titleLayers(subject, art ? 520 : 700),
    footLayers(subject),
  ]);
  const scene = await openPicture(backdrop({ hasHouse: art === undefined }));
  const composed = scene.composite([...(art ? [art] : []), ...layers.flat()]);
  return composed.removeAlpha().png({ palette: true, effort: 7 }).toBuffer();
}

async function mastheadLayers(site: string): Promise<OverlayOptions[]> {
  if (site === '') return [];
  const room = { width: SIZE.width - 2 * EDGE - 60, height: 60, lines: 1, sizes: [36], colour: NIGHT.ink };
  const words = await fitText(site, room);
  return [{ input: words.image, left: EDGE + 60, top: EDGE + 32 - words.baseline }];
}

async function footLayers({ place, date }: ShareSubject): Promise<OverlayOptions[]> {
  const room = { width: 640, height: 60, lines: 1, sizes: [28], colour: NIGHT.soft };
  const baseline = FLOOR + 65;
  const [left, right] = await Promise.all([place, date].map((words) => words && fitText(words, room)));
  return [
    ...(left ? [{ input: left.image, left: EDGE, top: baseline - left.baseline }] : []),
    ...(right
      ? [{ input: right.image, left: SIZE.width - EDGE - right.width, top: baseline - right.baseline }]
      : []),
  ];
}

/** The title stands on the floor; above it, where there is one, the flag. */
async function titleLayers({ title, flag }: ShareSubject, width: number): Promise<OverlayOptions[]> {
  if (title === '') return [];
  const height = FLOOR - FOOTING - MASTHEAD - (flag ? FLAG + FLAG_GAP : 0);
  const drawn = await fitText(title, { width, height, lines: 4, sizes: SIZES, colour: NIGHT.ink });
  const top = FLOOR - FOOTING - drawn.baseline;
  const layers = [{ input: drawn.image, left: EDGE, top }];
  if (flag === undefined) return layers;
  const words = await drawText(flag, { size: 26, colour: '#ffffff', width });
  const bottom = top - FLAG_GAP;
  const box = { width: words.width + 32, height: FLAG, channels: 3, background: NIGHT.flag } as const;
  return [
    ...layers,
    { input: { create: box }, left: EDGE, top: bottom - FLAG },
    { input: words.image, left: EDGE + 16, top: bottom - 13 - words.baseline },
  ];
}

/** The article's own picture at the right, fading into the night. */
async function coverLayer(cover: PictureFacts): Promise<OverlayOptions> {
  const isDrawing = cover.format === 'svg';
  const size = isDrawing ? { width: 660, height: 371 } : { width: 660, height: FLOOR };
  const opened = await openPicture(await readFile(cover.file), isDrawing ? { density: 96 } : {});
  const picture = opened
    .autoOrient()
    .resize({ ...size, fit: 'cover' })
    .ensureAlpha();
  const faded = await picture
    .composite([{ input: fade(size, isDrawing), blend: 'dest-in' }])
    .png()
    .toBuffer();
  const top = isDrawing ? FLOOR - size.height : 0;
  return { input: faded, left: SIZE.width - size.width, top };
}

function fade({ width, height }: { width: number; height: number }, isDrawing: boolean): Buffer {
  const [left, top] = isDrawing ? [0.12, 0.15] : [0.4, 0]; // a drawing's ground is the night already
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs>
<linearGradient id="x"><stop stop-color="#fff" stop-opacity="0"/><stop offset="${left}" stop-color="#fff"/></linearGradient>
<linearGradient id="y" x2="0" y2="1"><stop stop-color="#000"/><stop offset="${top}" stop-color="#fff"/></linearGradient>
<mask id="m"><rect width="100%" height="100%" fill="url(#y)"/></mask>
</defs>
<rect width="100%" height="100%" fill="url(#x)" mask="url(#m)"/>
</svg>`);
}
