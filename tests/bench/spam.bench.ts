import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanText } from '../../src/core/comments/markup/comment-markup.ts';
import { projectRoot } from '../../src/core/platform/config.ts';
import { HOLD_AT, localSigns, type Sign, score } from '../../src/core/spam/local-signs.ts';
import { BLOG_SPAM, type SampleComment, SOBER_COMMENTS } from '../support/comment-samples.ts';
import { worstComments } from './comment-markup.bench.ts';
import { medianMs } from './timing.ts';

export type Labelled = SampleComment & { label: 'spam' | 'ham' };

const CORPUS = path.join(projectRoot, '../shared/corpora/comment-spam');

/** The labelled comments beside the project, JSON lines of text and label; undefined where they are not there. */
export function spamCorpus(file = 'youtube-psy.jsonl'): Labelled[] | undefined {
  const whole = path.join(CORPUS, file);
  if (!existsSync(whole)) return undefined;
  const lines = readFileSync(whole, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { text, label } = JSON.parse(line) as { text: string; label: 'spam' | 'ham' };
    return { body: text, label };
  });
}

/** The signs of a comment of which only this much is known. */
export function signsOf({ name = 'Ann', website = null, body }: SampleComment): Sign[] {
  const facts = { name, website, honeypot: '', secondsToWrite: undefined, alike: 0 };
  return localSigns({ ...facts, body: cleanText(body).trim() }, { maxLinks: 2 });
}

/** How many of each kind the signs alone would hold, as shares from 0 to 1. */
export function rates(comments: readonly Labelled[]): { recall: number; falsePositives: number } {
  const share = (label: Labelled['label']) => {
    const all = comments.filter((comment) => comment.label === label);
    return all.filter((comment) => score(signsOf(comment)) >= HOLD_AT).length / all.length;
  };
  return { recall: share('spam'), falsePositives: share('ham') };
}

function printRates(name: string, comments: readonly Labelled[]): void {
  const { recall, falsePositives } = rates(comments);
  const count = (label: string) => comments.filter((comment) => comment.label === label).length;
  console.log(`\n${name}: ${count('spam')} spam, ${count('ham')} ham`);
  console.log(`recall ${percent(recall)}, ham held ${percent(falsePositives)} (the rule: under 10 %)`);
  printSigns(comments);
}

/** For each sign: on how many it is seen, and how many would not be held without it. */
function printSigns(comments: readonly Labelled[]): void {
  const judged = comments.map((comment) => ({ label: comment.label, signs: signsOf(comment) }));
  const names = new Set(judged.flatMap(({ signs }) => signs.map(({ name }) => name)));
  console.log('  spam   ham  | decides: spam   ham  sign');
  for (const name of names) {
    const seen = (label: string) =>
      judged.filter((one) => one.label === label && one.signs.some((sign) => sign.name === name));
    const decided = (label: string) =>
      seen(label).filter(
        ({ signs }) => score(signs) >= HOLD_AT && score(signs.filter((sign) => sign.name !== name)) < HOLD_AT,
      );
    const figures = ['spam', 'ham'].map((label) => `${seen(label).length}`.padStart(6)).join('');
    const deciding = ['spam', 'ham'].map((label) => `${decided(label).length}`.padStart(6)).join('');
    console.log(`${figures}  |         ${deciding}  ${name}`);
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function printSpeed(comments: readonly SampleComment[]): void {
  const cleanUs = (1000 * medianMs(() => comments.map(({ body }) => cleanText(body)))) / comments.length;
  const signsUs =
    (1000 * medianMs(() => comments.map((comment) => signsOf(comment)))) / comments.length - cleanUs;
  console.log(
    `\none comment: ${signsUs.toFixed(0)} µs, x${(signsUs / cleanUs).toFixed(0)} cleanText (${cleanUs.toFixed(1)} µs)`,
  );
  const long = worstComments(20_000);
  const slowest = [...worstComments(5000)]
    .map(([name, body]) => {
      const us = 1000 * medianMs(() => signsOf({ body }), 7);
      return { name, us, growth: (1000 * medianMs(() => signsOf({ body: long.get(name) ?? '' }), 3)) / us };
    })
    .sort((a, b) => b.us - a.us);
  console.log('slowest of 5,000 hostile characters (linear: x4 for 20,000):');
  for (const { name, us, growth } of slowest.slice(0, 5))
    console.log(`  ${(us / 1000).toFixed(2).padStart(6)} ms  x${growth.toFixed(1)}  ${name}`);
}

function printBench(): void {
  const written = [
    ...BLOG_SPAM.map((comment): Labelled => ({ ...comment, label: 'spam' })),
    ...SOBER_COMMENTS.map((comment): Labelled => ({ ...comment, label: 'ham' })),
  ];
  printRates('Written for the tests, in the manner of blogs', written);
  const corpus = spamCorpus();
  if (corpus) printRates('YouTube Spam Collection, one video', corpus);
  else console.log('\nYouTube Spam Collection: skipped, ../shared/corpora/comment-spam is not there');
  printSpeed([...written, ...(corpus ?? [])]);
}

if (import.meta.main) printBench();
