/** A comment's text, taken apart once for all signs. */
export interface Reading {
  /** Without code and quotations: what the writer says, not what they show. */
  said: string;
  /** Addresses with a scheme, and those without one that have a path or begin with www. */
  links: string[];
  /** In small letters with one space before, between and after, no links, no punctuation; `plzzz` is `plz`. */
  words: string;
  /** How many words the whole comment has beside links, samples too. */
  length: number;
}

/** Linear in the length of the text. */
export function readingOf(body: string): Reading {
  const said = decoded(withoutSamples(body));
  const links: string[] = [];
  const rest = said.replace(LINK, (link) => {
    links.push(link);
    return ' ';
  });
  const words = wordsOf(rest);
  const whole = said === body ? words : wordsOf(body.replace(LINK, ' '));
  return { said, links, words, length: whole.split(' ').length - 2 };
}

/** The form in which phrases are looked for. */
export function wordsOf(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/<\/?[a-z][^<>]*>/g, ' ')
    .replace(/['’‘`´\u00ad]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}$€£%@]+/gu, ' ')
    .replace(/(\p{L})\1{2,}/gu, '$1')
    .trim();
  return plain ? ` ${plain} ` : '  ';
}

/** Schemes count anywhere; without one, a path or www. tells an address from a file's name. */
const LINK =
  /https?:\/\/[^\s<>"'()[\]]+|(?<![\w.@/:-])(?:www\.[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+|(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|info|biz|co|io|me|tv|to|ly|gl|gg|uk|ru|xyz|top|shop|store|online|site|club|live|link)(?=\/))(?:\/[^\s<>"'()[\]]*)?/gi;

/** Code, and lines quoted from elsewhere, unless nothing is left without them. */
function withoutSamples(body: string): string {
  let fence = false;
  const lines = body.split('\n').filter((line) => {
    const isFence = /^\s{0,3}(?:```|~~~)/.test(line);
    if (isFence) fence = !fence;
    return !isFence && !fence && !/^\s{0,3}>/.test(line);
  });
  const left = lines.join('\n').replace(/`[^`\n]*`/g, ' ');
  return left.trim() ? left : body;
}

/** Programs send what they copied from a page's source. */
function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#0?39);/g, (_, name: string) => ENTITIES[name] ?? "'");
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
