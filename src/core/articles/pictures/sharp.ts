import type { Sharp, SharpOptions } from 'sharp';

/** More than a camera of 60 megapixels makes; a file of a few bytes can claim far more. */
const PIXELS_MAX = 64_000_000;
/** Longer than the largest picture takes on a small machine. */
const SECONDS_MAX = 15;

let loading: Promise<typeof import('sharp').default> | undefined;

/** Begins work on a picture, within limits; the library is loaded with the first one, not with every command. */
export async function openPicture(input: Buffer | SharpOptions, options: SharpOptions = {}): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1); // a thread for each of the few at work: the others are for the pages
    sharp.cache(false);
    return sharp;
  });
  const sharp = await loading;
  const limits: SharpOptions = { limitInputPixels: PIXELS_MAX, failOn: 'error', ...options };
  const picture = Buffer.isBuffer(input) ? sharp(input, limits) : sharp({ ...limits, ...input });
  return picture.timeout({ seconds: SECONDS_MAX });
}
