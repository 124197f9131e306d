import { readFileSync } from 'node:fs';
import { verifyLetter } from '#core/editions/verify.ts';
import { readDkimSigner } from '#core/mail/dkim.ts';
import { type Command, UsageError, withApp } from './command.ts';

const EXIT = { ours: 0, 'not-ours': 1, unreadable: 2 } as const;

const WORDS = {
  ours: 'OURS: we sent this letter, and it is as we sent it.',
  'not-ours': 'NOT OURS, or not as we sent it: trust nothing in it, and press no link.',
  unreadable:
    'UNREADABLE: this is no letter. Save the whole message as a file, often called "original" or ".eml".',
} as const;

export const verifyCommand: Command = {
  summary: 'verify <file.eml>: says whether a letter is one that we sent',
  help: `Usage: watchpost verify <file.eml>

Looks at a letter as a reader saved it: our signature by our own key, our books by its Message-ID and address, and what
it says and where it leads against what was sent. Nothing is asked of the network. "-" reads standard input.
Exit code 0: ours. 1: not ours, or changed. 2: it cannot be read.`,
  async run({ positionals: [file, ...more] }) {
    if (file === undefined || more.length > 0)
      throw new UsageError('It is called as "watchpost verify <file.eml>".');
    const bytes = bytesOf(file);
    const verdict = await withApp((app) =>
      verifyLetter(app, app.config.dkim && readDkimSigner(app.config.dkim), bytes),
    );
    if (verdict.state !== 'unreadable')
      for (const { holds, text } of verdict.checks) console.log(`${holds ? 'yes' : 'NO '} ${text}`);
    console.log(WORDS[verdict.state]);
    return EXIT[verdict.state];
  },
};

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch {
    throw new UsageError(`The file "${file}" cannot be read.`);
  }
}
