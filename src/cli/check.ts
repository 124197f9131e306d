import path from 'node:path';
import { checkContent } from '#core/articles/check/check-content.ts';
import { Library } from '#core/articles/library.ts';
import { systemClock } from '#core/platform/clock.ts';
import { readConfig } from '#core/platform/config.ts';
import { createLog } from '#core/platform/log.ts';
import { type Command, UsageError } from './command.ts';

export const checkCommand: Command = {
  summary: 'looks at content/ as a careful editor would, and names file and line of each fault',
  help: `Usage: watchpost check

Looks at every file of content/, drafts too, and changes nothing. It finds
  front matter that is wrong, and fields that nobody knows
  links to this site that lead nowhere, and anchors that are not there
  pictures that are missing or damaged, or have no words for those who cannot see them (alt)
  topics, authors, series and related articles that are not known
  indicators that stand live in a text, outside :ioc[…]: those that any article names in :ioc[…] or in the field
  "indicators", and those in content/indicators.txt, one a line
  TK, a writer's mark for what is still to come (in a draft only a note)
  old addresses (aliases) in a chain or a loop, claimed twice, or taken
  footnotes without their note, and text that cannot be rendered

Exit code 1 where there is a fault, 0 where all is well or only worth a note.`,
  async run({ positionals }) {
    if (positionals.length > 0) throw new UsageError('It is called as "watchpost check".');
    const { contentDir, siteUrl } = readConfig();
    const library = new Library({ contentDir, clock: systemClock, log: createLog('error', () => {}) });
    const findings = await checkContent({ library, siteUrl, contentDir }, showProgress);
    const folder = path.relative(process.cwd(), contentDir);
    for (const { level, file, line, field, message } of findings)
      console.log(
        `${path.join(folder, file)}:${line}: ${level === 'note' ? 'note: ' : ''}${field}: ${message}`,
      );
    const faults = findings.filter(({ level }) => level === 'fault').length;
    const count = library.documents().length;
    console.log(
      faults === 0
        ? `${count} documents are sound.`
        : `${faults} ${faults === 1 ? 'fault' : 'faults'} in ${count} documents.`,
    );
    return faults === 0 ? 0 : 1;
  },
};

function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY || of < 200) return;
  if (done % 50 === 0 || done === of) process.stderr.write(`\r${done} of ${of}${done === of ? '\n' : ''}`);
}
