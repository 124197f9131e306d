import type { App } from '#core/app.ts';
import { letterNamed, plannedLetter, sendLetter } from '#core/editions/send-letter.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { askAndSend } from './send-edition.ts';
import { showLetters, testAddress } from './show-letters.ts';

export const letterCommand: Command = {
  summary: 'letter <name>: sends a letter of content/letters to all readers, or to those of a topic',
  help: `Usage: watchpost letter <name> [--dry-run [--test-to <address>]] [--yes] [--even-so]

Sends content/letters/<name>.md, once. Its front matter has a title, and where wanted
  topics: [cloud]               only to readers of these topics (and of all)
  send: 2026-12-01T08:00:00Z    it goes out by itself then; an hour late or more it waits for you
  draft: true                   it is not sent

  --dry-run   print the letter and to how many it would go; change nothing
  --test-to   with --dry-run: an address to which the letter is sent as a test
  --yes       do not ask
  --even-so   send although something is wrong with it, where that harms nobody but its looks

Exit code 2 where nobody can be asked and --yes is not given, 4 where it went out before.`,
  options: {
    'dry-run': { type: 'boolean' },
    'test-to': { type: 'string' },
    yes: { type: 'boolean' },
    'even-so': { type: 'boolean' },
  },
  async run({ positionals, values }) {
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0)
      throw new UsageError('It is called as "watchpost letter <name>".');
    return withApp((app) => send(app, name, values));
  },
};

async function send(app: App, name: string, values: Record<string, unknown>): Promise<number> {
  const letter = letterNamed(app, name);
  const planned = await plannedLetter(app, letter);
  if (values['dry-run']) {
    await showLetters(app, planned.edition, planned.variants, { testTo: testAddress(values) });
    return 0;
  }
  return askAndSend(app, {
    title: letter.title,
    readers: planned.readers,
    isYes: values.yes === true,
    send: () => sendLetter(app, letter, { evenSo: values['even-so'] === true }),
    nobody: 'nobody reads these topics yet',
  });
}
