import path from 'node:path';
import { CADENCES } from '#core/subscribers/subscriber.ts';
import type { RowOutcome } from '#core/transfer/import-batch.ts';
import { type Imported, importSubscribers } from '#core/transfer/import-subscribers.ts';
import { textOf } from '#core/transfer/read-text.ts';
import { FORMAT_NAMES } from '#core/transfer/recognise-list.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const importCommand: Command = {
  summary: 'import subscribers: brings in a list of readers from elsewhere',
  help: `Usage: watchpost import subscribers <file.csv> [--format <format>] [--dry-run]
                                  [--cadence weekly] [--evidence "…"]

Brings in readers who agreed to letters elsewhere. Whose list it is, its first line tells. No letter comes of the import
itself: a reader's first is the next digest that has something new.

  --format    if the first line does not tell: ${FORMAT_NAMES.join(', ')}
  --dry-run   says what would come of it, and changes nothing
  --cadence   where the list does not say how often: ${CADENCES.join(', ')} (weekly)
  --evidence  in your words, how these people agreed; kept with each of them, beside the list's own times and addresses

Whoever unsubscribed there, or whose letters came back, is not made a reader, and is kept from later imports: only a
keyed hash of the address stays here. Whoever left here, or is suppressed, is never brought back. Run again, it finds
everything done; stopped in the middle, it goes on.

A row that cannot be read is named with its line, and the others go on. Exit code 0 when every row was read, 1 when some
were refused, 2 when the file cannot be used.`,
  options: {
    format: { type: 'string' },
    'dry-run': { type: 'boolean' },
    cadence: { type: 'string' },
    evidence: { type: 'string' },
  },
  async run({ positionals, values }) {
    const [what, file] = positionals;
    if (positionals.length !== 2 || what !== 'subscribers' || file === undefined)
      throw new UsageError('It is called as "watchpost import subscribers <file.csv>".');
    const cadence = CADENCES.find((one) => one === (values.cadence ?? 'weekly'));
    if (!cadence) throw new UsageError(`--cadence should be one of ${CADENCES.join(', ')}.`);
    const options = {
      format: values.format === undefined ? undefined : String(values.format),
      name: path.basename(file),
      cadence,
      evidence: String(values.evidence ?? '').trim(),
      isDryRun: values['dry-run'] === true,
    };
    return withApp(async (app) => {
      const imported = await importSubscribers(app, textOf(file), options, {
        refused: (line, problem) => tell(`${file}:${line}: ${problem}`),
        progress: showProgress,
      });
      tell('');
      print(imported, options.isDryRun);
      return imported.counts.refused ? 1 : 0;
    });
  },
};

/** In the order of what the owner wants to know first. */
const WORDS: Record<RowOutcome, string> = {
  added: 'new readers',
  'already-here': 'known here already, left as they are',
  merged: 'twice on the list, taken as one',
  'kept-out': 'left there, so kept out of this and later imports',
  ended: 'brought in before, and left there since: unsubscribed',
  stays: 'left there, but confirmed here themselves: left as they are',
  guarded: 'left here or suppressed: not brought back',
  never: 'never confirmed there: not brought in',
  refused: 'refused, as said above',
};

function print({ title, rows, counts }: Imported, isDryRun: boolean): void {
  console.log(
    `${isDryRun ? 'Nothing was changed. ' : ''}A list of ${title}: ${rows} ${rows === 1 ? 'row' : 'rows'}.`,
  );
  for (const [outcome, words] of Object.entries(WORDS) as [RowOutcome, string][]) {
    const count = counts[outcome];
    if (count) console.log(`${String(count).padStart(9)}  ${words}`);
  }
}

function showProgress(rows: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${rows} rows`);
}

/** In place of the progress, where that is shown. */
function tell(line: string): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (line) process.stderr.write(`${line}\n`);
}
