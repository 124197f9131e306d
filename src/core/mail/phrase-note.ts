/** Where readers learn how to tell a letter of ours from one that only looks so. */
export const GENUINE_PATH = '/newsletter/genuine/';

/** The reader's own words at the top of a text part, and what they are for; empty where there are none. */
export function phraseText(phrase: string, genuine: string): string {
  if (phrase === '') return '';
  return `Your phrase: ${phrase}\nOnly you and we know it: a letter without it is not from us.\nMore ways to tell: ${genuine}`;
}
