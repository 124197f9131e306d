import type { Article } from './article.ts';
import type { Library } from './library.ts';
import type { Subject } from './site.ts';

/** Words that say nothing about what somebody looked for. */
const EMPTY = new Set(
  'a an and articles for from how in index is it of on or page pages the to with www'.split(' '),
);
const MOST = 4;

/** What a reader may have meant who asked for an address that is not there; the newest where nothing is near. */
export function suggestions(
  library: Library,
  address: string,
): { articles: readonly Article[]; topics: readonly Subject[]; areNear: boolean } {
  const asked = wordsOf(address);
  const topics = library.topics().filter(({ id, name }) => nearness(asked, wordsOf(`${id} ${name}`)) > 0);
  const near = library
    .articles()
    .map((article) => ({ article, score: nearness(asked, wordsOf(article.slug)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ article }) => article);
  const areNear = near.length + topics.length > 0;
  return {
    articles: areNear ? near : library.articles().slice(0, MOST),
    topics: topics.slice(0, MOST),
    areNear,
  };
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word.length > 1 && !EMPTY.has(word)).slice(0, 12);
}

/** Whole words count double, beginnings of at least four letters and words with one wrong letter once. */
function nearness(asked: readonly string[], words: readonly string[]): number {
  return asked.reduce((score, one) => {
    if (words.includes(one)) return score + 2;
    return words.some((word) => isBeginning(one, word) || isOneOff(one, word)) ? score + 1 : score;
  }, 0);
}

function isBeginning(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= 4 && long.startsWith(short);
}

/** One letter changed, left out or put in; only in words long enough to be told apart. */
function isOneOff(one: string, other: string): boolean {
  if (one.length < 5 || Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const rest = (a: string, b: string) => a.slice(at + (a.length >= b.length ? 1 : 0));
  return rest(one, other) === rest(other, one);
}
