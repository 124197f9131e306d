import { type DrawnText, drawText } from './drawn-text.ts';

/** Where words are to stand. */
export interface Room {
  width: number;
  /** Above the foot of the last line. */
  height: number;
  lines: number;
  /** Of the letters, to be tried from the largest. */
  sizes: readonly number[];
  /** `#rrggbb` */
  colour: string;
}

/** Longer than anything that fits; what nobody would call a title is not laid out whole. */
const LENGTH_MAX = 300;

/** Words as large as they can be in their room, in lines of even length; cut with an ellipsis where they must. */
export async function fitText(words: string, room: Room): Promise<DrawnText> {
  const { sizes, colour, width } = room;
  const title = words.slice(0, LENGTH_MAX);
  for (const size of sizes) {
    const drawn = await drawText(title, { size, colour, width });
    if (isIn(room, drawn)) return balanced(title, drawn, { size, colour, width });
  }
  return cutText(title, room);
}

function isIn({ lines, height }: Room, drawn: DrawnText): boolean {
  return drawn.lines <= lines && drawn.baseline <= height;
}

/** The narrowest column that takes no more lines, as browsers do for `text-wrap: balance`. */
async function balanced(
  title: string,
  widest: DrawnText,
  style: { size: number; colour: string; width: number },
): Promise<DrawnText> {
  let best = widest;
  let [tooNarrow, fits] = [Math.floor(style.width / 2), style.width];
  while (widest.lines > 1 && fits - tooNarrow > 8) {
    const width = Math.floor((tooNarrow + fits) / 2);
    const drawn = await drawText(title, { ...style, width });
    const isGood = drawn.lines <= widest.lines && drawn.width <= width;
    [tooNarrow, fits, best] = isGood ? [tooNarrow, width, drawn] : [width, fits, best];
  }
  return best;
}

/** As much of it as fits in the smallest letters. */
async function cutText(title: string, room: Room): Promise<DrawnText> {
  const characters = Array.from(new Intl.Segmenter().segment(title), ({ segment }) => segment);
  const style = { size: room.sizes.at(-1) ?? 0, colour: room.colour, width: room.width };
  const drawn = (count: number) => drawText(shortened(characters.slice(0, count).join('')), style);
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const count = Math.floor((fits + tooLong) / 2);
    [fits, tooLong] = isIn(room, await drawn(count)) ? [count, tooLong] : [fits, count];
  }
  return drawn(fits);
}

/** Ended at a whole word, where there is one to end at. */
function shortened(text: string): string {
  const words = text.replace(/(\S)\s+\S*$/u, '$1').replace(/[\s,;:.–—-]+$/u, '');
  return `${words}…`;
}
