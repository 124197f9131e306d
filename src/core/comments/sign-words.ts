import type { SignName } from '../spam/sign.ts';

/** Every sign by its name: what it is called in a list, and what it looks for. */
export const SIGN_WORDS: Record<SignName | 'hold-list' | 'block-list', { name: string; means: string }> = {
  trap: {
    name: 'The trap',
    means: 'The form has a field that people do not see. Programs fill it in.',
  },
  'too-fast': {
    name: 'Too fast',
    means: 'It came seconds after the form was shown, sooner than anybody reads and writes.',
  },
  links: {
    name: 'Many links',
    means: 'It has more links than the rule maxLinks allows.',
  },
  'bare-link': { name: 'A link alone', means: 'A link, and hardly a word that says why.' },
  destination: {
    name: 'Where a link goes',
    means: 'A link that sells, begs, pays who gives it, or hides where it goes.',
  },
  'hidden-address': {
    name: 'A hidden address',
    means: 'An address spelt so that filters do not see it, such as “example dot com”.',
  },
  contact: {
    name: 'A way to reach somebody',
    means: 'A telephone number, a messenger or a mail address to write to.',
  },
  markup: {
    name: 'Leftovers',
    means: 'HTML, BBCode or a template’s braces: left by a program that writes into every form.',
  },
  'script-mix': {
    name: 'Look-alike letters',
    means: 'Letters of two alphabets in one word, so that it reads as another.',
  },
  call: { name: 'A call', means: 'It asks for clicks, subscriptions, votes or money.' },
  offer: { name: 'An offer', means: 'It sells something, in words that sellers use.' },
  template: { name: 'Praise', means: 'Words of praise that fit under any article.' },
  shouting: { name: 'Shouting', means: 'Mostly capital letters or exclamation marks.' },
  name: { name: 'The name', means: 'The name reads like a search term or an address, not like a person.' },
  website: {
    name: 'The website',
    means: 'The website that is given with the name looks like one that sells.',
  },
  repeated: {
    name: 'Said before',
    means: 'Others of the last day say nearly the same, or carry a link that was thrown away before.',
  },
  list: { name: 'A list', means: 'An entry of a list of this site fits.' },
  'hold-list': { name: 'The hold list', means: 'An entry of the list of what is always held fits.' },
  'block-list': { name: 'The block list', means: 'An entry of the list of what is never published fits.' },
};

/** What a sign looks for; empty for one that is no longer known. */
export function signMeaning(name: string): string {
  return (SIGN_WORDS as Record<string, { means: string } | undefined>)[name]?.means ?? '';
}
