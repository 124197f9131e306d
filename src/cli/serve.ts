import { readConfig } from '#core/platform/config.ts';
import { serve, work } from '#server/start.ts';
import type { Command } from './command.ts';

export const serveCommand: Command = {
  summary: 'serves the site (npm start does the same, after setting up)',
  help: `Usage: watchpost serve

Serves the site as the settings say (see .env.example), and works in the same process unless WORKER=off.
SIGTERM or Ctrl-C ends it: requests and letters under way are finished first.`,
  async run() {
    await serve(readConfig());
    return 0;
  },
};

export const workerCommand: Command = {
  summary: 'sends letters and asks the spam filter, for a site that another process serves',
  help: `Usage: watchpost worker

Works without serving: sends what the outbox holds, asks the spam filter again, makes editions by schedule.
Several may run beside each other and beside servers; each letter is taken by one of them.`,
  async run() {
    await work(readConfig());
    return 0;
  },
};
