import { type Drill, ruleHeld, type SceneName } from './drills.ts';

/** What is played, and what must be true then, for people. */
export const SCENE_WORDS: Record<SceneName, { title: string; rule: string }> = {
  'akismet-silent': {
    title: 'Akismet is silent',
    rule: 'Comments are taken at once, kept, and asked about later; none is published or thrown away unasked.',
  },
  'relay-refusing': {
    title: 'The mail relay refuses',
    rule: 'Letters wait with the reason, and go out exactly once when the relay is back.',
  },
  'passkey-lost': {
    title: 'The passkey is lost',
    rule: 'A recovery code lets its owner in, and where there is none, the machine’s own console.',
  },
  'disk-full': {
    title: 'The disk is full',
    rule: 'The site can be read, what is written is not taken and stays on the page, and its owner gets in to make room.',
  },
};

/** How the last drill went, in a sentence. */
export function drillVerdict(last: Drill): { kind: 'good' | 'attention' | 'critical'; words: string } {
  if (last.failed !== undefined)
    return { kind: 'attention', words: 'The last drill did not come to its end.' };
  return ruleHeld(last)
    ? { kind: 'good', words: 'In the last drill the house rule held.' }
    : { kind: 'critical', words: 'In the last drill the house rule was broken.' };
}
