import { withoutAddresses } from './addresses.ts';

/** From the first reply code on, where there is one: what stands before it is the reporter's courtesy. */
export function answerIn(about: string): string {
  const code = /(?<![\d.:])[45]\d\d[ -](?=\D|[245]\.)|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(
    about,
  );
  if (!code) return about;
  const answer = about.slice(code.index);
  return about[code.index - 1] === '[' ? answer.replace(/\].*/s, '') : answer;
}

/** Words to keep: on one line, and without addresses, which would outlive the erasure of whom they name. */
export function oneLine(text: string): string {
  return withoutAddresses(text, '…').replace(/\s+/g, ' ').trim().slice(0, 300);
}
