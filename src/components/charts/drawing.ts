/**
 * A picture of numbers as its component draws it: across in hundredths of its width, down in pixels, so that it fits any
 * screen and its words keep their size.
 */
export interface Drawing {
  /** Of the part in which the shapes stand, in pixels. */
  height: number;
  /** Lines across, the topmost last. `isBase`: where the bars stand. */
  ticks: { y: number; text: string; isBase: boolean }[];
  /** What stands where along the bottom; minor ones make room on narrow screens. */
  labels: { x: number; anchor: 'start' | 'middle' | 'end'; text: string; isMinor: boolean }[];
  bars: Bar[];
  /** SVG path strings of lines, and of the surface beneath them. */
  lines: string[];
  areas: string[];
  /** Points that no line leads to, and the newest. */
  dots: { x: number; y: number; isNewest: boolean }[];
}

/** Kinds of bars are told apart by how they are filled, never by their colour alone. */
export type Look = 'solid' | 'hatched';

export interface Bar {
  x: number;
  width: number;
  y: number;
  height: number;
  look: Look;
}

/** Enough for a screen of any width; more digits would only make the page heavier. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
