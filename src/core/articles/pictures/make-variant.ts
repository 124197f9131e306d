import type { Sharp } from 'sharp';
import { readHashed } from './measure.ts';
import type { PictureFacts, Variant } from './picture.ts';
import { openPicture } from './sharp.ts';

/**
 * Makes a picture in one of its forms: upright, in sRGB, and without what the camera wrote beside the pixels
 * (place, time, device), which is left out because nothing asks for it to be kept.
 *
 * @throws where the file is damaged, takes too long, or has changed since it was measured
 */
export async function makeVariant(picture: PictureFacts, { width, format }: Variant): Promise<Buffer> {
  const { bytes, hash } = await readHashed(picture.file);
  if (hash !== picture.hash) throw new Error('has changed meanwhile');
  const isDrawing = picture.format === 'svg';
  const options = {
    animated: picture.isAnimated,
    ...(isDrawing ? { density: Math.min(2400, (72 * width) / picture.width) } : {}),
  };
  const opened = (await openPicture(bytes, options)).autoOrient();
  const resized = opened.resize({ width, withoutEnlargement: !isDrawing });
  return encode(resized, picture, format).toBuffer();
}

function encode(pixels: Sharp, { format: from }: PictureFacts, format: Variant['format']): Sharp {
  // Screenshots and drawings have thin coloured lines, which halved colour would smear.
  const chromaSubsampling = from === 'jpeg' ? '4:2:0' : '4:4:4';
  switch (format) {
    case 'avif': // a step more of effort doubles the time, two make it tenfold, for a twentieth of the bytes
      return pixels.avif({ quality: 55, effort: 2, chromaSubsampling });
    case 'webp':
      return pixels.webp({ quality: 80, smartSubsample: true });
    case 'jpg':
      return pixels.jpeg({ quality: 80, mozjpeg: true, chromaSubsampling });
    case 'png':
      return pixels.png({ compressionLevel: 9 });
    case 'gif':
      return pixels.gif();
  }
}
