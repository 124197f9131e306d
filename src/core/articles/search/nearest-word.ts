import type { Article } from '../article.ts';
import type { Library } from '../library.ts';
import { folded, normalized, wordsIn } from './words.ts';

/** Shorter words are too near to too many others. */
const SHORTEST = 4;
/** From this length on a word may have two slips of the pen. */
const LONG = 8;
/** How often each word stands in titles and topics; made again when the articles are others. */
const counted = new WeakMap<readonly Article[], ReadonlyMap<string, number>>();

/** The word of titles and topics that a mistyped one may have been meant to be; the commonest of the nearest. */
export function nearestWord(library: Library, mistyped: string): string | undefined {
  const word = folded(mistyped);
  if (word.length < SHORTEST) return undefined;
  let best: { word: string; slips: number; count: number } | undefined;
  for (const [other, count] of wordCounts(library)) {
    const most = best?.slips ?? (word.length < LONG ? 1 : 2);
    if (Math.abs(other.length - word.length) > most) continue;
    const slips = slipsBetween(word, other, most);
    const isBetter = slips < (best?.slips ?? most + 1) || (slips === best?.slips && count > best.count);
    if (isBetter) best = { word: other, slips, count };
  }
  return best?.word;
}

function wordCounts(library: Library): ReadonlyMap<string, number> {
  const articles = library.articles();
  const known = counted.get(articles);
  if (known) return known;
  const counts = new Map<string, number>();
  for (const { title, topics } of articles) {
    const text = [title, ...topics.map((id) => library.topic(id).name)].join(' ');
    for (const word of wordsIn(folded(normalized(text)))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  counted.set(articles, counts);
  return counts;
}

/** Letters left out, added, exchanged or swapped with their neighbour; more than `most` where it is more. */
function slipsBetween(a: string, b: string, most: number): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let slips = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, (before[j - 2] ?? 0) + 1);
      next.push(slips);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length] ?? most + 1;
}
