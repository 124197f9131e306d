import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { noteAct } from '#core/platform/audit.ts';
import { EXPORT_FORMATS, exportedSubscribers } from '#core/transfer/export-subscribers.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const exportCommand: Command = {
  summary: 'export subscribers: prints all subscribers with the evidence of their consent',
  help: `Usage: watchpost export subscribers [--format csv|json] > subscribers.csv

Prints every subscriber, in whatever state: choices, phrase, and when, from where and in which words they agreed. It is
made of personal data: keep it as you keep the database.

  --format   ${EXPORT_FORMATS.join(' or ')} (csv)

In CSV a cell that a spreadsheet would run as a formula (=, +, -, @) has an apostrophe before it; "watchpost import
subscribers" takes it off again.`,
  options: { format: { type: 'string' } },
  async run({ positionals, values }) {
    if (positionals.join(' ') !== 'subscribers')
      throw new UsageError('It is called as "watchpost export subscribers".');
    const format = EXPORT_FORMATS.find((one) => one === (values.format ?? 'csv'));
    if (!format) throw new UsageError(`--format should be ${EXPORT_FORMATS.join(' or ')}.`);
    return withApp(async (app) => {
      await noteAct(app.db, app, { act: 'subscribers.export', subject: 'subscribers', after: format });
      const text = Readable.from(exportedSubscribers(app.db, format));
      await pipeline(text, process.stdout, { end: false }).catch(unlessNobodyReads);
      return 0;
    });
  },
};

/** `… | head` has seen enough. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
