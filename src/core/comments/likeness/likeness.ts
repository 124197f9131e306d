import { createHash } from 'node:crypto';
import { cleanText } from '../markup/comment-markup.ts';
import { contactsIn } from './contacts.ts';
import { linkTargets } from './link-targets.ts';
import { withLatinLetters } from './look-alikes.ts';
import { nearTextBands } from './near-text.ts';

/** What is compared of a comment. */
export interface Compared {
  /** Its source. */
  readonly body: string;
  readonly website: string | null;
  /** The site's own hosts, to which everybody links. */
  readonly ownHosts?: readonly string[];
}

const MOST = 12;
const WORDS_FOR_SAME = 4;
const WORDS_FOR_NEAR = 12;

/**
 * Names what may be alike in two comments: a link (`l…`), a way to reach somebody (`c…`), the same text (`t…`), nearly
 * the same text (`n…`). Two comments that share a key stand together in the queue. The same in every process and
 * version: keys are stored. At most 12, each of 13 characters; linear in the length of the body.
 */
export function likenessKeys({ body, website, ownHosts = [] }: Compared): string[] {
  const text = cleanText(body.slice(0, MOST_READ)).normalize('NFKC').slice(0, MOST_READ);
  const words = comparedWords(text);
  const texts = [
    ...(words.length >= WORDS_FOR_SAME ? [key('t', words.join(''))] : []),
    ...(words.length >= WORDS_FOR_NEAR ? nearTextBands(words).map((band) => key('n', band)) : []),
  ];
  const places = new Set([
    ...linkTargets(website ?? '', ownHosts).map(placeKey),
    // Of very many the same ones are taken, in whatever order they stand: those whose keys are the smallest.
    ...[...linkTargets(text, ownHosts), ...contactsIn(text)].map(placeKey).sort(),
  ]);
  return [...[...places].slice(0, MOST - texts.length), ...texts];
}

/** Longer than any comment. */
const MOST_READ = 20_000;

export function isLinkKey(key: string): boolean {
  return key.startsWith('l');
}

/** A link to a messenger is the contact there. */
function placeKey(place: string): string {
  return key(/^(?:phone|name|mail) /.test(place) ? 'c' : 'l', place);
}

function key(kind: string, text: string): string {
  return kind + createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * The words without what varies in a template: case, accents, look-alike letters, figures, and whatever links
 * and addresses it carries. In scripts that write no spaces each letter counts as a word.
 */
function comparedWords(text: string): string[] {
  const plain = text
    .replace(/(?:https?:\/\/|www\.)\S+|[^\s@]{1,64}@[\w.-]{3,100}/gi, ' ')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\d+/g, '0');
  return withLatinLetters(plain).match(WORD) ?? [];
}

const SPACELESS = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`;
const WORD = new RegExp(String.raw`[${SPACELESS}]|[[\p{L}0]--[${SPACELESS}]]+`, 'gv');
