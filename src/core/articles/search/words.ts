import { refanged } from '../indicators.ts';

/** Scripts that put no space between words: there each character, with its marks, is a word of its own. */
const UNSPACED = ['Han', 'Hira', 'Kana', 'Thai', 'Laoo', 'Khmr', 'Mymr']
  .map((script) => String.raw`\p{sc=${script}}`)
  .join('');
const ONE_UNSPACED = String.raw`[[${UNSPACED}]&&[\p{L}\p{N}]]\p{M}*`;
const SPACED = String.raw`[[\p{L}\p{N}\p{M}\p{Co}]--[${UNSPACED}]]`;
const EVERY_UNSPACED = new RegExp(ONE_UNSPACED, 'gv');
const EVERY_WORD = new RegExp(`${ONE_UNSPACED}|${SPACED}+`, 'gv');
const BEGINS_UNSPACED = new RegExp(`^${ONE_UNSPACED}`, 'v');
const REST_OF_WORD = new RegExp(`${SPACED}*`, 'vy');
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}\p{Co}]*/vy;

/** What a text may hold inside a word that nobody sees: soft hyphen, joiners, marks of direction. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/** A text as it is looked for, in text and query alike: indicators as attackers use them, wide and joined letters plain. */
export function normalized(text: string): string {
  return refanged(isAscii(text) ? text : text.normalize('NFKC').replace(INVISIBLE, ''));
}

/** The same with a space around each character that is a word: the index knows words by what stands between. */
export function spaced(text: string): string {
  const plain = normalized(text);
  return isAscii(plain) ? plain : plain.replace(EVERY_UNSPACED, ' $& ');
}

/** The words of a normalized text, in order: letters, digits and marks, so that none means anything to the index. */
export function wordsIn(text: string): string[] {
  return text.match(EVERY_WORD) ?? [];
}

/** Whether a word is a character of a script that puts no space between words. */
export function isUnspaced(word: string): boolean {
  return !isAscii(word) && BEGINS_UNSPACED.test(word);
}

/** Where the word ends in whose middle, or at whose end, a place is. */
export function endOfWord(text: string, place: number): number {
  REST_OF_WORD.lastIndex = place;
  REST_OF_WORD.test(text);
  return REST_OF_WORD.lastIndex;
}

/** Where the next word begins, seen from where one ends. */
export function startOfNext(text: string, place: number): number {
  BETWEEN_WORDS.lastIndex = place;
  BETWEEN_WORDS.test(text);
  return BETWEEN_WORDS.lastIndex;
}

/** Whether a place lies inside a word. */
export function isInWord(text: string, place: number): boolean {
  const before = text.codePointAt(place - 1);
  // A character of two halves begins one earlier.
  const start = before !== undefined && before >= 0xdc00 && before <= 0xdfff ? place - 2 : place - 1;
  return place > 0 && endOfWord(text, start) > start;
}

/** Without case and accents, each letter where it was: what the index makes of a letter, as far as that keeps its length. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  const kept =
    lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return isAscii(kept) ? kept : kept.replace(/[^\p{ASCII}]/gu, plainLetter);
}

function plainLetter(letter: string): string {
  const plain = letter
    .normalize('NFD')
    .replace(/[\u0300-\u036F]/g, '')
    .normalize('NFC')
    .toLowerCase();
  return plain.length === letter.length ? plain : letter;
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}
