import { asSafeHtml, escapeHtml, type SafeHtml } from '../../platform/safe-html.ts';
import type { Term } from './query.ts';
import { endOfWord, folded, isInWord, isUnspaced, startOfNext } from './words.ts';

interface Mark {
  start: number;
  end: number;
  /** Which of the terms it is. */
  term: number;
}

/** How much of a text is shown, in characters; a word at an edge is left out rather than cut. */
const EXCERPT_LENGTH = 240;
const BEFORE = 60;
/** A word that stands in every line needs no more than this to find where it stands thickest. */
const MARKS_MAX = 200;
/** Marks in texts what was looked for, as far as it can be seen in them. */
export class SearchMarks {
  readonly #terms: readonly Term[];

  constructor(terms: readonly Term[]) {
    this.#terms = terms.map(({ words, isPrefix }) => ({ words: words.map(folded), isPrefix }));
  }

  /** The whole text with its marks. */
  in(text: string): SafeHtml {
    return marked(text, this.#marks(text), 0, text.length);
  }

  /** The part of a text in which most of what was looked for stands together, else its beginning. */
  excerpt(text: string): SafeHtml {
    const marks = this.#marks(text);
    const best = thickest(marks);
    const from = Math.max(0, Math.min((best?.start ?? 0) - BEFORE, text.length - EXCERPT_LENGTH));
    const start = from === 0 ? 0 : edge(text, from, 1);
    const rest = from + EXCERPT_LENGTH;
    const end = rest >= text.length ? text.length : edge(text, rest, -1);
    const html = marked(text, marks, start, end);
    return asSafeHtml(`${start > 0 ? '… ' : ''}${html}${end < text.length ? ' …' : ''}`);
  }

  #marks(text: string): Mark[] {
    const plain = folded(text);
    return this.#terms
      .flatMap((term, at) => placesOf(term, plain).map((place) => ({ ...place, term: at })))
      .sort((a, b) => a.start - b.start || b.end - a.end);
  }
}

function placesOf(term: Term, text: string): { start: number; end: number }[] {
  const places = [];
  const [first = ''] = term.words;
  let start = text.indexOf(first);
  while (start !== -1 && places.length < MARKS_MAX) {
    const end = endOf(term, text, start);
    if (end !== undefined) places.push({ start, end });
    start = text.indexOf(first, end ?? start + 1);
  }
  return places;
}

/** Where a term ends that begins at a place; undefined where it does not, or only inside a longer word. */
function endOf({ words, isPrefix }: Term, text: string, start: number): number | undefined {
  let end = start;
  for (const [at, word] of words.entries()) {
    if (at > 0) end = startOfNext(text, end);
    if (!text.startsWith(word, end) || (!isUnspaced(word) && isInWord(text, end))) return undefined;
    end += word.length;
  }
  const endOfLast = isUnspaced(words.at(-1) ?? '') ? end : endOfWord(text, end);
  return isPrefix || endOfLast === end ? endOfLast : undefined;
}

/** The mark from which on, within an excerpt, most of the terms stand, and most often. */
function thickest(marks: readonly Mark[]): Mark | undefined {
  let best: Mark | undefined;
  let most = 0;
  for (const [at, mark] of marks.entries()) {
    const terms = new Set<number>();
    let near = at;
    for (let other: Mark | undefined = mark; other; other = marks[++near]) {
      if (other.end > mark.start + EXCERPT_LENGTH - BEFORE) break;
      terms.add(other.term);
    }
    const weight = terms.size * MARKS_MAX + (near - at);
    if (weight > most) [best, most] = [mark, weight];
  }
  return best;
}

/** The blank nearest to a place, looked for in one direction; where there is none near, the place itself. */
function edge(text: string, at: number, step: 1 | -1): number {
  for (let near = 0; near < 24; near++) if (text[at + near * step] === ' ') return at + near * step;
  return /[\uDC00-\uDFFF]/.test(text[at] ?? '') ? at + step : at; // not through the middle of a character
}

function marked(text: string, marks: readonly Mark[], start: number, end: number): SafeHtml {
  let html = '';
  let done = start;
  for (const mark of marks) {
    if (mark.start < done || mark.end > end) continue;
    const [before, found] = [text.slice(done, mark.start), text.slice(mark.start, mark.end)];
    html += `${escapeHtml(before)}<mark>${escapeHtml(found)}</mark>`;
    done = mark.end;
  }
  return asSafeHtml((html + escapeHtml(text.slice(done, end))).trim());
}
