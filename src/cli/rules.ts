import { readFileSync } from 'node:fs';
import { type CommentRules, rulesFrom } from '#core/articles/comment-rules.ts';
import { type Rehearsal, rehearse } from '#core/comments/moderation/rehearse.ts';
import { type Command, UsageError, withApp } from './command.ts';

/** So many examples of each change are printed. */
const EXAMPLES = 5;

export const rulesCommand: Command = {
  summary: 'rules rehearse: says what changed comment rules would have done to the last 90 days',
  help: `Usage: watchpost rules rehearse --rules <file> [--days 90]
       watchpost rules rehearse --set maxLinks=1 [--set holdFirst=false …] [--days 90]

Plays the comments of the last days again, with the verdicts that the filter gave: once by the rules of
content/site.yaml as they are now, once by the changed ones, and says what would have gone elsewhere. Changes nothing.

  --rules   a YAML file with a part "comments:", such as a copy of content/site.yaml with a change in it
  --set     one rule by its name: maxLinks=1, holdFirst=false, closeAfterDays=30, hold.words=casino,bet
  --days    how far back, 90 by default

Floods and duplicates are not played again. Network addresses are kept for 30 days: lists of networks say nothing
about older comments. Entries that are kept at the desk stand on the lists of both.`,
  options: {
    rules: { type: 'string' },
    set: { type: 'string', multiple: true },
    days: { type: 'string' },
  },
  async run({ positionals, values }) {
    if (positionals.length !== 1 || positionals[0] !== 'rehearse')
      throw new UsageError('It is called as "watchpost rules rehearse"; --help says more.');
    const changes = [values.set ?? []].flat().map(String);
    if (values.rules === undefined && changes.length === 0)
      throw new UsageError('Say which rules to try: --rules <file>, or --set maxLinks=1.');
    const days = Number(values.days ?? 90);
    if (!Number.isInteger(days) || days < 1 || days > 3650)
      throw new UsageError('--days should be a whole number from 1 to 3650.');
    const file = values.rules === undefined ? undefined : textOf(String(values.rules));
    return withApp(async (app) => {
      const rules = readRules(app.library.site.comments, file, changes);
      const rehearsal = await rehearse(app, rules, days, showProgress);
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      print(rehearsal, days);
      return 0;
    });
  },
};

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`There is no file "${file}" that can be read.`);
  }
}

function readRules(now: CommentRules, file: string | undefined, changes: readonly string[]): CommentRules {
  const read = rulesFrom(now, file, changes);
  if ('problems' in read) throw new UsageError(`These rules cannot be tried:\n${read.problems.join('\n')}`);
  return read.rules;
}

const WORDS: Record<string, string> = {
  published: 'published at once',
  held: 'held for you',
  spam: 'taken for spam',
  refused: 'refused, as the article was closed',
};

function print({ comments, now, changed, differences, withoutNetwork }: Rehearsal, days: number): void {
  console.log(`${comments} ${comments === 1 ? 'comment' : 'comments'} of the last ${days} days.\n`);
  const places = [...new Set([...Object.keys(now), ...Object.keys(changed)])] as (keyof typeof now)[];
  const width = Math.max(9, ...places.map((place) => (WORDS[place] ?? place).length));
  console.log(`${''.padEnd(width)}  ${'now'.padStart(7)}  ${'changed'.padStart(7)}`);
  for (const place of places) {
    const counts = [now[place] ?? 0, changed[place] ?? 0].map((count) => String(count).padStart(7));
    console.log(`${(WORDS[place] ?? place).padEnd(width)}  ${counts.join('  ')}`);
  }
  if (differences.length === 0) console.log('\nNothing would have gone elsewhere.');
  for (const [change, those] of Map.groupBy(differences, ({ now: from, changed: to }) => `${from} → ${to}`))
    printChange(change, those);
  if (withoutNetwork > 0)
    console.log(
      `\n${withoutNetwork} of them are older than 30 days: lists of networks say nothing about those.`,
    );
}

function printChange(change: string, those: Rehearsal['differences']): void {
  const decided = Map.groupBy(those, ({ comment }) => comment.state);
  const tally = [...decided].map(([state, found]) => `${found.length} ${state}`).join(', ');
  console.log(`\n${change}: ${those.length} (where they are today: ${tally})`);
  for (const { comment, reason } of those.slice(0, EXAMPLES)) {
    const words = comment.body.replace(/\s+/g, ' ').slice(0, 60);
    console.log(`  no. ${comment.id} by ${comment.name} on ${comment.article} (${reason}): ${words}`);
  }
  if (those.length > EXAMPLES) console.log(`  and ${those.length - EXAMPLES} more`);
}

function showProgress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} comments played`);
}
