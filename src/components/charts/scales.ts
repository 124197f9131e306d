import { type ScaleBand, type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { type Drawing, rounded } from './drawing.ts';

/** Room above the highest line for its words. */
const TOP = 8;
const TICKS = 3;

export type Vertical = ScaleLinear<number, number>;

/**
 * From numbers to pixels downwards, with round ends: never without room, also where all are zero.
 *
 * @param height of the whole plot, in pixels
 */
export function verticalScale(lowest: number, highest: number, height: number): Vertical {
  const [low, high] = lowest === highest ? [Math.min(lowest, 0), Math.max(highest, 1)] : [lowest, highest];
  return scaleLinear().domain([low, high]).nice(TICKS).range([height, TOP]);
}

/** A few round numbers of a scale. Things that are counted get whole ones alone. */
export function ticksOf(
  scale: Vertical,
  words: (value: number) => string,
  { isCount = true }: { isCount?: boolean } = {},
): Drawing['ticks'] {
  return scale
    .ticks(TICKS)
    .filter((value) => !isCount || Number.isInteger(value))
    .map((value) => ({ y: rounded(scale(value)), text: words(value), isBase: value === 0 }));
}

/** A place for each of so many, from the left edge (0) to the right (100). */
export function placesFor(count: number): ScaleBand<number> {
  return scaleBand<number>()
    .domain(Array.from({ length: count }, (_, place) => place))
    .range([0, 100])
    .paddingInner(count > 100 ? 0.1 : 0.25);
}

/** The middle of a place. */
export function middleOf(places: ScaleBand<number>, place: number): number {
  return (places(place) ?? 0) + places.bandwidth() / 2;
}
