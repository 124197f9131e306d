import { normalized, wordsIn } from './words.ts';

/** So much of what was typed is looked for: the longest addresses and hashes fit; a pasted page does not. */
const LENGTH_MAX = 200;
const TERMS_MAX = 8;
/** In all terms together; more than any phrase that somebody remembers. */
const WORDS_MAX = 16;

/** Words that follow each other. */
export interface Term {
  words: string[];
  /** The last word may go on. */
  isPrefix: boolean;
}

export interface SearchQuery {
  /** As typed, on one line. */
  typed: string;
  /** Not all that was typed is looked for: it is too long. */
  isCut: boolean;
  /** What must all be there; empty where nothing was typed that can be looked for. */
  terms: Term[];
  /** What must not be there. */
  excluded: Term[];
}

/** A phrase in quotes, closed or not, or what stands between blanks; a hyphen before it excludes it. */
const PIECE = /(?<minus>-)?(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/g;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Reads what a person typed: words, `"a phrase"`, `begin*`, `-without`. The last word may be unfinished.
 * Everything else that is typed is words or nothing: no character means anything to the index.
 */
export function readQuery(input: string): SearchQuery {
  const typed = oneLine(input);
  const query: SearchQuery = { typed, isCut: typed.length > LENGTH_MAX, terms: [], excluded: [] };
  const text = normalized(typed.slice(0, LENGTH_MAX).toWellFormed()).replace(/[“”„«»]/g, '"');
  const pieces = [...text.matchAll(PIECE)].map(({ groups = {}, index, 0: piece }) => ({
    isExcluded: groups.minus !== undefined,
    isLast: index + piece.length === text.length && groups.phrase === undefined,
    text: groups.phrase ?? groups.word ?? '',
  }));
  let room = WORDS_MAX;
  for (const { isExcluded, isLast, text: piece } of pieces) {
    const all = wordsIn(piece.replace(SCHEME, ''));
    const words = all.slice(0, room);
    const isFull = query.terms.length + query.excluded.length === TERMS_MAX;
    if (words.length < all.length || (isFull && words.length > 0)) query.isCut = true;
    if (words.length === 0 || isFull) continue;
    room -= words.length;
    const isPrefix = piece.endsWith('*') || (isLast && !isExcluded);
    (isExcluded ? query.excluded : query.terms).push({ words, isPrefix });
  }
  return query.terms.length > 0 ? query : { ...query, terms: query.excluded, excluded: [] };
}

/** The query in the index's own language (FTS5 section 3); every word of it stands in quotes. */
export function expressionOf({ terms, excluded }: SearchQuery): string {
  const wanted = terms.map(phraseOf).join(' AND ');
  return excluded.length > 0 ? `(${wanted}) NOT (${excluded.map(phraseOf).join(' OR ')})` : wanted;
}

/** A word as it stands counts for more than one that only begins so. */
function phraseOf({ words, isPrefix }: Term): string {
  const phrase = `"${words.join(' ')}"`;
  if (!isPrefix) return phrase;
  return words.length === 1 ? `(${phrase} OR ${phrase}*)` : `${phrase}*`;
}

/** A text without what no line can show: controls, halves of characters. */
function oneLine(input: string): string {
  return input
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}
