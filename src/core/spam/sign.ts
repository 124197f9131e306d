export type SignName =
  | 'trap' // the hidden field is filled in
  | 'too-fast'
  | 'links' // more than the site allows
  | 'bare-link' // a link and hardly a word
  | 'destination' // a link that pays its giver, sells, begs, or hides where it goes
  | 'hidden-address' // written so that filters do not see it
  | 'contact' // a number or address to write to
  | 'markup' // HTML, BBCode, or text left over from a program
  | 'script-mix' // look-alike letters of two alphabets in one word
  | 'call' // asks for clicks, subscriptions, votes, money
  | 'offer' // sells
  | 'template' // praise that fits any article
  | 'shouting'
  | 'name'
  | 'website'
  | 'repeated'
  | 'list';

/** A reason to let a person look at a comment, never one to throw it away. */
export interface Sign {
  name: SignName;
  /** 1: many harmless comments have it; 3: holds by itself. */
  weight: number;
  /** In plain words for the moderator, such as "5 links, 2 are allowed". */
  words: string;
}

/** What can be known of a comment without asking anyone. */
export interface SignFacts {
  name: string;
  /** In full, or null. */
  website: string | null;
  /** As readers would see it: after cleanText. */
  body: string;
  /** What stands in the field that people do not see. */
  honeypot: string;
  /** Since the form was shown; undefined where that is not known. */
  secondsToWrite: number | undefined;
  /** How many other comments of the last day carry nearly the same text or link; 0 where unknown. */
  alike: number;
}

/** Weights that add up to this hold a comment. */
export const HOLD_AT = 3;

export function score(signs: readonly Sign[]): number {
  return signs.reduce((sum, { weight }) => sum + weight, 0);
}
