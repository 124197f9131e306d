import type { App } from '#core/app.ts';
import { alertSubject, plannedAlert, sendAlert } from '#core/editions/send-alert.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { askAndSend } from './send-edition.ts';
import { showLetters, testAddress } from './show-letters.ts';

export const alertCommand: Command = {
  summary: 'alert <slug>: tells at once of an article whoever asked for alerts',
  help: `Usage: watchpost alert <slug> [--update] [--dry-run [--test-to <address>]] [--yes] [--even-so]

Sends an article at once to the readers who asked for alerts of its severity and topics and have not been told of it.
Their next digest leaves it out. An article is told of once; so is each of its updates.

  --update    tell of the newest update of the article instead, also those who had its alert
  --dry-run   print the letter and to how many it would go; change nothing
  --test-to   with --dry-run: an address to which the letter is sent as a test
  --yes       do not ask
  --even-so   send although something is wrong with it, where that harms nobody but its looks

Exit code 2 where nobody can be asked and --yes is not given, 4 where it went out before.`,
  options: {
    update: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    'test-to': { type: 'string' },
    yes: { type: 'boolean' },
    'even-so': { type: 'boolean' },
  },
  async run({ positionals, values }) {
    const [slug, ...more] = positionals;
    if (slug === undefined || more.length > 0)
      throw new UsageError('It is called as "watchpost alert <slug>".');
    return withApp((app) => alert(app, slug, values));
  },
};

async function alert(app: App, slug: string, values: Record<string, unknown>): Promise<number> {
  const subject = alertSubject(app, slug, values.update === true);
  const planned = await plannedAlert(app, subject);
  if (values['dry-run']) {
    await showLetters(app, planned.edition, planned.variants, { testTo: testAddress(values) });
    return 0;
  }
  return askAndSend(app, {
    title: subject.article.title,
    readers: planned.readers,
    isYes: values.yes === true,
    send: () => sendAlert(app, subject, { evenSo: values['even-so'] === true }),
    nobody: 'nobody asked for such alerts who has not been told of it',
  });
}
