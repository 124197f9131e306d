import { DELIVERY_STATES } from '../editions/deliveries.ts';
import type { EditionProgress } from '../editions/progress.ts';
import { numberWords, progressWords } from '../editions/progress-words.ts';
import type { EditionToDecide } from './today-rows.ts';

/** What moves at the desk while somebody looks on; counts, and no more. */
export interface Moving {
  held: number;
  unchecked: number;
  editions: readonly EditionProgress[];
  toDecide: readonly Pick<EditionToDecide, 'id' | 'state'>[];
}

/** What pages are told of it. */
export interface LiveState {
  /** Words by the name of the place where they stand, such as `held` or `2026-11-24-weekly sent`. */
  words: Record<string, string>;
  /** How far each edition is, and of how much. */
  bars: Record<string, [value: number, max: number]>;
  /** By the part of a page: what decides what stands there, besides words. Where it changes, the part is fetched anew. */
  shapes: Record<string, string>;
}

/** Queues are counted up to this. */
export const MOST_COUNTED = 10_000;

export function liveState({ held, unchecked, editions, toDecide }: Moving): LiveState {
  const state: LiveState = {
    words: { held: heldWords(held), unchecked: uncheckedWords(unchecked) },
    bars: {},
    shapes: {},
  };
  for (const edition of editions) {
    const { id, counts, total, settled } = edition;
    state.words[`${id} progress`] = progressWords(edition);
    for (const one of DELIVERY_STATES) state.words[`${id} ${one}`] = numberWords(counts[one] ?? 0);
    state.words[`${id} all`] = numberWords(total);
    state.bars[id] = [settled, total];
    state.shapes[id] = editionShape(edition);
  }
  const open = editions.map(({ id, state: at }) => `${id} ${at}`).join(', ');
  const waiting = toDecide.map(({ id, state: at }) => `${id} ${at}`).join(', ');
  state.shapes.editions = `${open}; ${waiting}`;
  state.shapes.today = `${held > 0 ? 'held' : ''} ${unchecked > 0 ? 'unchecked' : ''}; ${state.shapes.editions}`;
  return state;
}

/** The tables of an edition's page are fetched anew at each twentieth of the way. */
export function editionShape({
  state,
  settled,
  total,
}: Pick<EditionProgress, 'state' | 'settled' | 'total'>): string {
  return `${state} ${Math.floor((20 * settled) / Math.max(1, total))}`;
}

/** `1 comment to read`, `Over 10,000 comments to read`. */
export function heldWords(count: number): string {
  return `${upTo(count)} ${count === 1 ? 'comment' : 'comments'} to read`;
}

export function uncheckedWords(count: number): string {
  return `${upTo(count)} ${count === 1 ? 'comment waits' : 'comments wait'} for the spam filter`;
}

/** A count that was made up to a limit. */
export function upTo(count: number): string {
  return count > MOST_COUNTED ? `Over ${numberWords(MOST_COUNTED)}` : numberWords(count);
}
