import sharp, { type Sharp } from 'sharp';

/** A picture of one colour with some grain, so that it is no smaller than a photo's file would be. */
export function photo(width: number, height: number, background = '#3a5f7d'): Sharp {
  const noise = { type: 'gaussian', mean: 0, sigma: 8 } as const;
  const grain = sharp({ create: { width, height, channels: 3, background, noise } });
  return grain.tint(background);
}

/** A JPEG from a camera that was held upright (EXIF orientation 6) and wrote down where. */
export function jpegWithPlace(width: number, height: number): Promise<Buffer> {
  const place = { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'W' };
  return photo(width, height)
    .withExif({ IFD0: { Orientation: '6', Make: 'Camera' }, IFD3: place })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}
