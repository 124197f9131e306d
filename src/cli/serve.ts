import { existsSync } from 'node:fs';
import { readConfig } from '#core/platform/config.ts';
import { serve, work } from '#server/start.ts';
import { type Command, UsageError } from './command.ts';

const RELAY_LOG = `  --relay-log   the mail relay's log (also as .gz). After a crash it settles the letters of which nobody knows whether
                the relay took them: those in the log were sent, the others are sent again`;

export const serveCommand: Command = {
  summary: 'serves the site (npm start does the same, after setting up)',
  help: `Usage: watchpost serve [--relay-log <file>]

Serves the site as the settings say (see .env.example), and works in the same process unless WORKER=off.
SIGTERM or Ctrl-C ends it: requests and letters under way are finished first.

${RELAY_LOG}`,
  options: { 'relay-log': { type: 'string' } },
  async run({ values }) {
    await serve(readConfig(), relayLogOf(values));
    return 0;
  },
};

export const workerCommand: Command = {
  summary: 'sends letters and asks the spam filter, for a site that another process serves',
  help: `Usage: watchpost worker [--relay-log <file>]

Works without serving: sends what the outbox holds, asks the spam filter again, makes editions by schedule.
Several may run beside each other and beside servers; each letter is taken by one of them.

${RELAY_LOG}`,
  options: { 'relay-log': { type: 'string' } },
  async run({ values }) {
    await work(readConfig(), relayLogOf(values));
    return 0;
  },
};

function relayLogOf(values: Record<string, unknown>): string | undefined {
  const file = values['relay-log'];
  if (file === undefined) return undefined;
  if (existsSync(String(file))) return String(file);
  throw new UsageError(`--relay-log names ${String(file)}, which is not there.`);
}
