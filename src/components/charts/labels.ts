import { type Drawing, rounded } from './drawing.ts';
import { middleOf, placesFor } from './scales.ts';

/** So many fit under a picture on a wide screen; every other one on a narrow one. */
const MOST = 5;

/**
 * Words for a few of the places along the bottom, counted back from the newest, which always has its own.
 *
 * @param texts for every place, the oldest first
 */
export function labelsFor(texts: readonly string[]): Drawing['labels'] {
  const places = placesFor(texts.length);
  const newest = texts.length - 1;
  const step = Math.max(1, Math.ceil(texts.length / MOST));
  const chosen: number[] = [];
  for (let place = newest; place >= 0; place -= step) chosen.push(place);
  return chosen
    .map((place, nth) => ({
      ...atPlace(middleOf(places, place)),
      text: texts[place] ?? '',
      isMinor: nth % 2 === 1,
    }))
    .reverse();
}

/** At an edge the words stand beside the place, so that they are not cut. */
function atPlace(middle: number): Pick<Drawing['labels'][number], 'x' | 'anchor'> {
  if (middle > 90) return { x: 100, anchor: 'end' };
  if (middle < 10) return { x: 0, anchor: 'start' };
  return { x: rounded(middle), anchor: 'middle' };
}
