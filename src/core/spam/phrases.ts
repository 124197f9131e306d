import type { Sign, SignName } from './sign.ts';

/**
 * Phrases by what each weighs: 1 is said by people too, 3 only by those who want something. ` … ` stands for up to
 * three words between; else they are regular expressions.
 */
export type Phrases = Readonly<Record<1 | 2 | 3, readonly string[]>>;

/** Made once of phrases: what to look for in the words of a reading. */
export type Phrasebook = readonly { weight: number; pattern: RegExp }[];

export interface Found {
  weight: number;
  text: string;
}

/** Each repetition in a phrase must be bounded: then a search is linear in the length of the text. */
export function phrasebook(phrases: Phrases): Phrasebook {
  return ([3, 2, 1] as const).flatMap((weight) =>
    phrases[weight].map((source) => ({
      weight,
      pattern: new RegExp(` (?:${source.replaceAll(' … ', ' (?:[^ ]{1,40} ){0,3}')})(?= )`, 'u'),
    })),
  );
}

/** What of a phrasebook occurs in some words, heaviest first; what is part of another phrase counts once. */
export function phrasesIn(book: Phrasebook, words: string): Found[] {
  const found: Found[] = [];
  for (const { weight, pattern } of book) {
    const text = pattern.exec(words)?.[0].trim();
    if (text && !found.some((other) => other.text.includes(text) || text.includes(other.text)))
      found.push({ weight, text });
  }
  return found;
}

/**
 * One sign for all phrases found, or none.
 *
 * @param most what phrases of weight 1 may count together
 */
export function phraseSign(
  name: SignName,
  introduction: string,
  { found, length, most }: { found: readonly Found[]; length: number; most: number },
): Sign | undefined {
  if (found.length === 0) return undefined;
  const soft = found.filter(({ weight }) => weight === 1).length;
  const hard = found.reduce((sum, { weight }) => sum + (weight > 1 ? weight : 0), 0);
  // In a text that has more to say than that, they are what people say in passing.
  const softWeight = length > soft * WORDS_BESIDE ? Math.min(soft, 1) : Math.min(soft, most);
  const quoted = found.slice(0, 3).map(({ text }) => `“${text.slice(0, 60)}”`);
  return { name, weight: Math.min(3, hard + softWeight), words: `${introduction}: ${quoted.join(', ')}` };
}

const WORDS_BESIDE = 12;
