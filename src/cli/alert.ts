import type { App } from '#core/app.ts';
import { alertSubject, plannedAlert, sendAlert } from '#core/editions/send-alert.ts';
import { isConfirmed } from './ask.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { sendEdition, tellStops } from './send-edition.ts';
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
  if (values['dry-run']) {
    const planned = await plannedAlert(app, subject);
    await showLetters(app, planned.edition, planned.variants, { testTo: testAddress(values) });
    return 0;
  }
  const { readers } = await plannedAlert(app, subject);
  const question = `Send "${subject.article.title}" now to ${readers} ${readers === 1 ? 'reader' : 'readers'}?`;
  if (readers > 0 && !(await isConfirmed(question, values.yes === true))) return 0;
  const sent = await sendAlert(app, subject, { evenSo: values['even-so'] === true });
  if (sent.state === 'stopped') return tellStops(sent.stops);
  if (sent.state === 'made') return sendEdition(app, sent.edition, sent.recipients);
  console.log('Nothing was sent: nobody asked for such alerts who has not been told of it.');
  return 0;
}
