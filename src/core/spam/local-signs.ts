import { authorSigns } from './author-signs.ts';
import { callSign } from './calls.ts';
import { disguiseSigns } from './disguise-signs.ts';
import { linkSigns } from './link-signs.ts';
import { offerSign } from './offers.ts';
import { templateSign } from './praise.ts';
import { readingOf } from './reading.ts';
import type { Sign, SignFacts } from './sign.ts';

export { HOLD_AT, type Sign, type SignFacts, type SignName, score } from './sign.ts';

/** The field that people do not see; who fills it in is a program. */
export const HONEYPOT_FIELD = 'subject';

/** Nobody reads an article, opens the form and writes in less. */
const SECONDS_TO_WRITE = 3;

/**
 * What can be told of a comment without asking anyone, each sign with its weight: `score` of them from HOLD_AT on
 * means that a person should look. Linear in the length of the body, never throws.
 */
export function localSigns(facts: SignFacts, rules: { maxLinks: number }): Sign[] {
  const reading = readingOf(facts.body);
  const template = templateSign(reading);
  const signs = [
    ...programSigns(facts),
    ...linkSigns(facts, reading, rules.maxLinks),
    callSign(reading),
    offerSign(reading),
    template,
    ...disguiseSigns(reading),
    ...authorSigns(facts),
  ].filter((sign) => sign !== undefined);
  if (template && template.weight > 1 && facts.website && !signs.some(({ name }) => name === 'website'))
    signs.push({ name: 'website', weight: 1, words: 'Only praise, and a website' });
  return signs;
}

/** How it came here, whatever it says. */
function programSigns({ honeypot, secondsToWrite, alike }: SignFacts): Sign[] {
  const signs: Sign[] = [];
  if (honeypot)
    signs.push({ name: 'trap', weight: 3, words: 'The field that people do not see is filled in' });
  if (secondsToWrite !== undefined && secondsToWrite < SECONDS_TO_WRITE)
    signs.push({ name: 'too-fast', weight: 2, words: `Written in ${secondsToWrite.toFixed(1)} seconds` });
  if (alike > 0)
    signs.push({
      name: 'repeated',
      weight: Math.min(alike, 3),
      words: `${alike} other ${alike === 1 ? 'comment' : 'comments'} of the last day with nearly the same text or link`,
    });
  return signs;
}
