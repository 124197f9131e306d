import { editionLedgers } from '#core/editions/deliveries.ts';
import { instanceOf, instanceWords } from '#core/platform/instance.ts';
import { type Command, UsageError, withApp } from './command.ts';
import { countsText, editionText } from './edition-words.ts';

export const editionsCommand: Command = {
  summary: 'lists the editions: what waits for your word, what is being sent, what was sent',
  help: `Usage: watchpost editions

Lists digests, alerts and letters, the newest first, each with its state and why it is paused or waits.
"watchpost edition pause|resume|cancel|approve <id>" moves one, "watchpost deliveries <id>" shows its letters.`,
  async run({ positionals }) {
    if (positionals.length > 0) throw new UsageError('It is called as "watchpost editions".');
    await withApp(async (app) => {
      const instance = await instanceOf(app);
      if (instance.state === 'elsewhere') console.log(`${instanceWords(instance)}\n`);
      const ledgers = await editionLedgers(app.db);
      if (ledgers.length === 0) console.log('There are no editions yet.');
      for (const { edition, counts } of ledgers) {
        console.log(editionText(edition));
        console.log(`    ${edition.title} (${countsText(counts)})`);
      }
    });
    return 0;
  },
};
