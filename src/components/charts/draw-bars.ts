import { stack, stackOffsetDiverging } from 'd3-shape';
import { type Bar, type Drawing, type Look, rounded } from './drawing.ts';
import { labelsFor } from './labels.ts';
import { placesFor, ticksOf, type Vertical, verticalScale } from './scales.ts';

export interface BarData {
  /** Numbers by place, the oldest first; below zero they stand under the line. */
  series: readonly { look: Look; values: readonly number[] }[];
  /** What each place is, in words. */
  places: readonly string[];
  /** A number in words, for the lines across; given without its sign. */
  words: (value: number) => string;
  /** In pixels. */
  height?: number;
  /** Where pictures are to be compared: the highest of all of them. */
  highest?: number;
  isShare?: boolean;
}

/** Bars that stand on zero, those of one place on each other. */
export function drawBars(data: BarData): Drawing {
  const { series, places, words, height = 160, isShare = false } = data;
  const rows = places.map((_, place) => series.map(({ values }) => values[place] ?? 0));
  const stacked = stack<number[], number>()
    .keys(series.keys())
    .value((row, key) => row[key] ?? 0)
    .offset(stackOffsetDiverging)(rows);
  const ends = stacked.flatMap((layer) => layer.flat());
  const vertical = verticalScale(Math.min(0, ...ends), Math.max(0, data.highest ?? 0, ...ends), height);
  const across = placesFor(places.length);
  const bars = stacked.flatMap((layer) =>
    layer.flatMap(([low, high], place): Bar[] =>
      high === low
        ? []
        : [
            {
              x: rounded(across(place) ?? 0),
              width: rounded(across.bandwidth()),
              ...standing(vertical, low, high),
              look: series[layer.key]?.look ?? 'solid',
            },
          ],
    ),
  );
  const ticks = ticksOf(vertical, (value) => words(Math.abs(value)), { isCount: !isShare });
  return { height, ticks, labels: labelsFor(places), bars, lines: [], areas: [], dots: [] };
}

/** One of very many would be thinner than a hair: what is there is seen. */
const LEAST = 1;

function standing(vertical: Vertical, low: number, high: number): Pick<Bar, 'y' | 'height'> {
  const [top, bottom] = [vertical(high), vertical(low)];
  const height = Math.max(LEAST, bottom - top);
  return { y: rounded(low < 0 ? top : bottom - height), height: rounded(height) };
}
