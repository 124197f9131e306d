import { fileURLToPath } from 'node:url';
import { escapeHtml } from '../../platform/safe-html.ts';
import { openPicture } from '../pictures/sharp.ts';

/** Comes with the project, so that a machine without a font draws the same; it falls back to the system's for others. */
const FONT_FILE = fileURLToPath(new URL('watchpost-serif-bold.ttf', import.meta.url));

/** Words as pixels, cut close; `baseline` is that of the last line, from the top. */
export interface DrawnText {
  image: Buffer;
  width: number;
  baseline: number;
  lines: number;
}

interface TextStyle {
  /** Of the letters, in pixels. */
  size: number;
  /** `#rrggbb` */
  colour: string;
  /** Lines are broken at it. */
  width: number;
}

/** From line to line, and of a letter between x and Á, as parts of the size. */
const PITCH = 1.14;
const HEIGHT_OF_LETTERS = 0.75;

/**
 * Draws words, whatever is in them: Pango's markup is escaped, and what is no character is left out.
 *
 * The picture that comes is cut to the ink, so where a line stands is not known from it. Hence a last line of
 * one invisible x: its foot is one step under the baseline above it.
 */
export async function drawText(words: string, { size, colour, width }: TextStyle): Promise<DrawnText> {
  const pitch = Math.round(size * PITCH);
  const text = `<span foreground="${colour}" line_height="${pitch * 1024}">${escaped(words)}<span alpha="1">\nx</span></span>`;
  const drawn = await openPicture({
    text: {
      text,
      font: `Watchpost Serif Bold ${size}`,
      fontfile: FONT_FILE,
      dpi: 72,
      rgba: true,
      width,
      wrap: 'word-char',
    },
  });
  const { data: image, info } = await drawn.png().toBuffer({ resolveWithObject: true });
  const baseline = info.height - pitch;
  const lines = 1 + Math.round((baseline - HEIGHT_OF_LETTERS * size) / pitch);
  return { image, width: info.width, baseline, lines };
}

function escaped(words: string): string {
  return escapeHtml(
    words
      .toWellFormed()
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  );
}
