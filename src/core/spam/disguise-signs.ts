import type { Reading } from './reading.ts';
import type { Sign } from './sign.ts';

/** How the text is written: markup that this site does not read, letters that only look right, capitals. */
export function disguiseSigns({ said }: Reading): Sign[] {
  return [markup(said), scriptMix(said), shouting(said)].filter((sign) => sign !== undefined);
}

function markup(said: string): Sign | undefined {
  if (/\[url\s{0,3}[=\]]|\[\/url\]|\[link\s{0,3}=/i.test(said))
    return { name: 'markup', weight: 3, words: 'Links in BBCode' };
  const spun = said.match(SPUN)?.length ?? 0;
  if (spun > 0)
    return {
      name: 'markup',
      weight: spun > 1 ? 3 : 2,
      words: 'Alternatives {like|these}, left over from a program',
    };
  if (ANCHOR.test(said)) return { name: 'markup', weight: 2, words: 'Links in HTML' };
  return undefined;
}

/** Alternatives of plain words; not `${…}`, `{{…}}` or anything with the signs of code. */
const SPUN = /(?<![${%\w])\{[\p{L}' ,.!-]{1,200}(?:\|[\p{L}' ,.!-]{0,200}){1,30}\}/gu;
/** With words to click on; programs also make anchors of times, addresses and tags. */
const ANCHOR = /<a\s[^<>]{0,500}href[^<>]{0,500}>(?!\s{0,9}(?:https?:|www\.|[#@]|\d{1,2}:\d\d))/i;

/** `pаypal` with a Cyrillic а. "SMSка" is Russian: an ending after a Latin stem, among Russian words. */
function scriptMix(said: string): Sign | undefined {
  const isCyrillic = /(?<![\p{L}])\p{Script=Cyrillic}{3,}(?!\p{L})/u.test(said);
  const words = [...said.matchAll(MIXED)]
    .map(([word]) => word)
    .filter((word) => isLookAlike(word, isCyrillic));
  if (words.length === 0) return undefined;
  const quoted = words.slice(0, 3).map((word) => `“${word.slice(0, 40)}”`);
  return {
    name: 'script-mix',
    weight: words.length > 1 ? 3 : 2,
    words: `Letters of two alphabets in one word: ${quoted.join(', ')}`,
  };
}

/** Runs of Latin, Cyrillic and Greek letters. */
const MIXED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]+/gu;
/** Cyrillic and Greek letters that look like Latin ones. */
const ALIKE = /[аеорсухіјѕһԁԛԝӏгпАВЕКМНОРСТУХІЈЅԌҮοαρνυικχτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]/u;

function isLookAlike(word: string, isCyrillic: boolean): boolean {
  if (!/\p{Script=Latin}/u.test(word)) return false;
  const foreign = word.match(/[\p{Script=Cyrillic}\p{Script=Greek}]/gu) ?? [];
  if (foreign.length === 0 || word.length < 3) return false;
  if (
    isCyrillic &&
    /^(?:\p{Script=Latin}+\p{Script=Cyrillic}+|\p{Script=Cyrillic}+\p{Script=Latin}+)$/u.test(word)
  )
    return false;
  return foreign.every((letter) => ALIKE.test(letter));
}

function shouting(said: string): Sign | undefined {
  const letters = said.match(/\p{L}/gu)?.length ?? 0;
  const capitals = said.match(/\p{Lu}/gu)?.length ?? 0;
  if (letters >= 12 && capitals > letters * 0.7)
    return { name: 'shouting', weight: 1, words: 'Nearly all in capitals' };
  return /!{4}/.test(said) || (said.match(/!/g)?.length ?? 0) > 5
    ? { name: 'shouting', weight: 1, words: 'Many exclamation marks' }
    : undefined;
}
