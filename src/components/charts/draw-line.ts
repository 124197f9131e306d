import { area, line } from 'd3-shape';
import { type Drawing, rounded } from './drawing.ts';
import { labelsFor } from './labels.ts';
import { middleOf, placesFor, ticksOf, verticalScale } from './scales.ts';

export interface LineData {
  /** By place, the oldest first; undefined where there is none: the line is broken there. */
  values: readonly (number | undefined)[];
  /** What each place is, in words. */
  places: readonly string[];
  /** A number in words, for the lines across. */
  words: (value: number) => string;
  /** In pixels. */
  height?: number;
  /** Shares may stand between whole numbers, and begin at nothing. */
  isShare?: boolean;
}

/**
 * A line through numbers. It stands on zero unless the smallest is more than half of the largest: then what changes
 * would be too small to see.
 */
export function drawLine({ values, places, words, height = 160, isShare = false }: LineData): Drawing {
  const known = values.filter((value) => value !== undefined);
  const highest = Math.max(...known, 0);
  const lowest = Math.min(...known, highest);
  const vertical = verticalScale(!isShare && lowest > highest / 2 ? lowest : 0, highest, height);
  const across = placesFor(values.length);
  const points = values.map((value, place) => ({ x: middleOf(across, place), value }));
  const y = ({ value }: { value: number | undefined }) => rounded(vertical(value ?? 0));
  const isKnown = ({ value }: { value: number | undefined }) => value !== undefined;
  const path = line<(typeof points)[number]>(({ x }) => rounded(x), y).defined(isKnown);
  const surface = area<(typeof points)[number]>(({ x }) => rounded(x), height, y).defined(isKnown);
  return {
    height,
    ticks: ticksOf(vertical, words, { isCount: !isShare }),
    labels: labelsFor(places),
    bars: [],
    lines: drawn(path(points)),
    areas: drawn(surface(points)),
    dots: points
      .map((point, place) => ({ ...point, place }))
      .filter(({ value }) => value !== undefined)
      .filter(({ place }) => place === values.length - 1 || isAlone(values, place))
      .map((point) => ({ x: rounded(point.x), y: y(point), isNewest: point.place === values.length - 1 })),
  };
}

function drawn(path: string | null): string[] {
  return path === null || path === '' ? [] : [path];
}

function isAlone(values: LineData['values'], place: number): boolean {
  return values[place - 1] === undefined && values[place + 1] === undefined;
}
