import { existsSync } from 'node:fs';
import type { App } from '#core/app.ts';
import {
  DELIVERY_STATES,
  type DeliveryCounts,
  deliveriesOf,
  editionBooks,
  editionLedgers,
} from '#core/editions/deliveries.ts';
import { reopenEdition, stateWords } from '#core/editions/move-edition.ts';
import { decideUncertain } from '#core/editions/settle-letters.ts';
import { settleByLog } from '#core/mail/settle-uncertain.ts';
import { noteAct } from '#core/platform/audit.ts';
import { csvLine } from '#core/transfer/csv-cells.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { countsText, editionText } from './edition-words.ts';

export const deliveriesCommand: Command = {
  summary: 'deliveries [<edition>]: who got what, and what became of each letter',
  help: `Usage: watchpost deliveries
       watchpost deliveries <edition> [--state <state>] [--csv | --json]
       watchpost deliveries <edition> --uncertain sent|again
       watchpost deliveries <edition> --relay-log <file>

Without an edition: all of them, with their letters counted by state; the counts always add up to the number of readers.
With one: its states, its domains, why letters came back, and each letter of which nobody knows whether it arrived.

  --csv, --json   each letter, one a line: whom it was for, what became of it, the server's last answer, its stories
  --state         only letters in this state: ${DELIVERY_STATES.join(', ')}
  --uncertain     your word on the letters of which nobody knows: "sent" counts them so, "again" sends them again
  --relay-log     settles those letters by the mail relay's own log (also as .gz): what it took is sent, the rest goes again`,
  options: {
    csv: { type: 'boolean' },
    json: { type: 'boolean' },
    state: { type: 'string' },
    uncertain: { type: 'string' },
    'relay-log': { type: 'string' },
  },
  async run({ positionals, values }) {
    const [edition, ...more] = positionals;
    const { csv, json, uncertain } = values;
    const relayLog = values['relay-log'];
    const asked = [csv, json, uncertain, relayLog].filter(Boolean);
    if (more.length > 0 || asked.length > 1 || (!edition && (asked.length > 0 || values.state)))
      throw new UsageError('It is called as "watchpost deliveries" or "watchpost deliveries <edition>".');
    const state = DELIVERY_STATES.find((one) => one === values.state);
    if (values.state !== undefined && !state)
      throw new UsageError(`--state should be one of ${DELIVERY_STATES.join(', ')}.`);
    return withApp(async (app) => {
      if (!edition) return list(app);
      if (uncertain !== undefined) return decide(app, edition, String(uncertain));
      if (relayLog !== undefined) return settle(app, edition, String(relayLog));
      if (csv || json) return exportAll(app, edition, csv ? 'csv' : 'json', state);
      return state ? listState(app, edition, state) : show(app, edition);
    });
  },
};

async function settle(app: App, edition: string, file: string): Promise<number> {
  if (!existsSync(file)) throw new UsageError(`--relay-log names ${file}, which is not there.`);
  const { sent, again } = await settleByLog(app, file, { edition, reopen: reopenEdition });
  console.log(`${sent} found in the relay's log and counted as sent, ${again} sent again.`);
  return 0;
}

type State = (typeof DELIVERY_STATES)[number];

async function list({ db }: App): Promise<number> {
  const ledgers = await editionLedgers(db);
  if (ledgers.length === 0) console.log('There are no editions yet.');
  for (const { edition, counts, total } of ledgers)
    console.log(`${edition.id.padEnd(24)} ${stateWords(edition)}; ${summed(counts, total)}`);
  return 0;
}

async function show(app: App, id: string): Promise<number> {
  const { edition, counts, total, domains, refusals, returned } = await editionBooks(app.db, id);
  console.log(`${editionText(edition)}\n${edition.title}\n${summed(counts, total)}`);
  section('By domain', domains.slice(0, MOST_LINES), ({ domain, counts: own, total: sum }) =>
    [domain, summed(own, sum)].join(': '),
  );
  if (domains.length > MOST_LINES) console.log(`  and ${domains.length - MOST_LINES} more`);
  section('Refused by the relay', refusals, ({ reply, count }) => `${count} × ${reply}`);
  section('Came back later', returned, ({ kind, status, reason, count }) =>
    [`${count} × ${kind}`, status, reason].filter(Boolean).join(' '),
  );
  if (counts.uncertain) {
    console.log('\nNobody knows whether these arrived; your word: --uncertain sent or --uncertain again');
    await listState(app, id, 'uncertain');
  }
  return 0;
}

const MOST_LINES = 20;

async function listState({ db }: App, id: string, state: State): Promise<number> {
  for await (const { recipient, message_id, due_at, reply } of deliveriesOf(db, id, state))
    console.log(`  ${recipient}  <${message_id}>  since ${due_at}${reply ? `  ${reply}` : ''}`);
  return 0;
}

async function decide(app: App, id: string, word: string): Promise<number> {
  if (word !== 'sent' && word !== 'again') throw new UsageError('--uncertain should be "sent" or "again".');
  const count = await decideUncertain(app, id, word);
  const letters = count === 1 ? '1 letter' : `${count} letters`;
  if (count === 0) console.log('No letter of this edition is uncertain.');
  else console.log(word === 'sent' ? `${letters} counted as sent.` : `${letters} will be sent again.`);
  return 0;
}

async function exportAll(app: App, id: string, form: 'csv' | 'json', state?: State): Promise<number> {
  const { db } = app;
  await editionBooks(db, id); // says so where there is none
  await noteAct(db, app, { act: 'deliveries.export', subject: `edition:${id}`, after: form });
  if (form === 'csv') process.stdout.write(csvLine(COLUMNS));
  for await (const line of deliveriesOf(db, id, state)) {
    const { recipient, attempts, reply, message_id, sent_at, stories } = line;
    const row = { recipient, state: line.state, reply, sent_at, attempts, message_id, stories };
    const text =
      form === 'json' ? `${JSON.stringify(row)}\n` : csvLine(COLUMNS.map((name) => cell(row[name])));
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return 0;
}

const COLUMNS = ['recipient', 'state', 'reply', 'sent_at', 'attempts', 'message_id', 'stories'] as const;

function cell(value: string | number | null | readonly string[]): string {
  return Array.isArray(value) ? value.join(' ') : String(value ?? '');
}

function section<T>(title: string, items: readonly T[], line: (item: T) => string): void {
  if (items.length === 0) return;
  console.log(`\n${title}`);
  for (const item of items) console.log(`  ${line(item)}`);
}

function summed(counts: DeliveryCounts, total: number): string {
  return total === 0 ? 'no letters' : `${countsText(counts)} (${total} in all)`;
}
