/** Small letters of other alphabets that a reader takes for Latin ones, by the Latin letter (Unicode's confusables). */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'Ьь',
    c: 'сϲⅽ',
    d: 'ԁⅾ',
    e: 'еєҽ',
    g: 'ԍɡց',
    h: 'һհ',
    i: 'іιⅰ',
    j: 'јյϳ',
    k: 'кκ',
    l: 'ӏⅼǀ',
    m: 'ⅿ',
    n: 'пηռո',
    o: 'оοօ',
    p: 'рρթ',
    q: 'ԛզ',
    r: 'г',
    s: 'ѕս',
    t: 'τ',
    u: 'υս',
    v: 'ѵνⅴ',
    w: 'ԝωա',
    x: 'хχⅹ',
    y: 'уγყ',
  }).flatMap(([latin, others]) => [...others].map((other): [string, string] => [other, latin])),
);

/** What looks alike only as a capital; text is compared in small letters. */
const ALIKE_AS_CAPITALS: ReadonlyMap<string, string> = new Map([
  ['в', 'b'],
  ['м', 'm'],
  ['н', 'h'],
  ['т', 't'],
  ['ζ', 'z'],
]);

/** A text in small letters with each look-alike as the Latin letter that it is taken for. */
export function withLatinLetters(text: string): string {
  return text.replace(
    /[^\p{ASCII}]/gu,
    (letter) => LOOK_ALIKES.get(letter) ?? ALIKE_AS_CAPITALS.get(letter) ?? letter,
  );
}

/** Where people write domains in Cyrillic, Greek or Armenian letters; as browsers have it (Chromium's IDN policy). */
const AT_HOME = /\.(?:bg|by|kz|ru|su|ua|uz|mk|rs|gr|eu|am|[^.]*[^.\p{ASCII}][^.]*)$/u;

/**
 * True of a host that is taken for another: a label that mixes alphabets (`pаypal` with a Cyrillic а), or one that
 * reads as Latin from end to end and is not (`аррӏе.com`).
 *
 * @param host in Unicode, small letters
 */
export function isLookAlikeHost(host: string): boolean {
  return host
    .split('.')
    .some((label) => mixesAlphabets(label) || (readsAsLatin(label) && !AT_HOME.test(host)));
}

const ALPHABETS = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Cherokee', 'Hebrew', 'Arabic'].map(
  (name) => new RegExp(String.raw`\p{Script=${name}}`, 'u'),
);

/** Latin beside Chinese, Japanese and Korean is everyday, so those are not counted (UTS 39, "highly restrictive"). */
function mixesAlphabets(label: string): boolean {
  const used = ALPHABETS.filter((alphabet) => alphabet.test(label)).length;
  return used > 1 || /[ɑɡ]/.test(label);
}

function readsAsLatin(label: string): boolean {
  const letters = label.match(/\p{L}/gu) ?? [];
  return letters.length > 0 && letters.every((letter) => LOOK_ALIKES.has(letter));
}
