import path from 'node:path';
import { sizeWords } from '#core/platform/size-words.ts';
import { type Backup, makeBackup } from '#core/upkeep/make-backup.ts';
import { keepNewest } from '#core/upkeep/old-backups.ts';
import { CONSOLE, type Command, UsageError, withStore } from './command.ts';
import { interruptible, showShare } from './share.ts';

export const backupCommand: Command = {
  summary: 'backup: copies all that cannot be made anew, beside a running server',
  help: `Usage: watchpost backup [--to <folder>] [--keep <number>] [--without-mail]

Copies the database as it is at one moment, the secret, the DKIM key, kept letters and what else in DATA_DIR cannot be
made anew into a folder of its own, such as watchpost-20261124T090000Z, with a list of sizes and SHA-256 sums. The server
goes on meanwhile. The folder gets its name when all of it is on disk: what is interrupted leaves nothing behind.
It holds all secrets and every reader's address: keep it private, and keep one on another machine.

  --to            the folder that gets it; left out, DATA_DIR/backups, which a broken disk takes along
  --keep          after a good one, removes all but so many of the newest backups there
  --without-mail  leaves out the letters that are kept as files where there is no relay

A PostgreSQL database is copied by pg_dump, which has to be on the PATH. The settings (.env) and content/ are yours to
keep: put both where the backup goes. "watchpost restore" puts a backup back.
Exit code 0: made. 2: the call is wrong. 4: another is being made. 7: not made, or an old one not removed, and why.`,
  options: { to: { type: 'string' }, keep: { type: 'string' }, 'without-mail': { type: 'boolean' } },
  async run({ positionals, values }) {
    if (positionals.length > 0) throw new UsageError('It is called as "watchpost backup".');
    const keep = keepFrom(values.keep);
    return withStore(async (store) => {
      const to =
        values.to === undefined
          ? path.join(store.config.dataDir, 'backups')
          : path.resolve(String(values.to));
      const withMail = values['without-mail'] !== true;
      const made = await interruptible((signal) =>
        makeBackup({ ...store, who: CONSOLE }, { to, withMail, signal, progress: showShare }),
      );
      console.log(wordsFor(made));
      const removed = keep === undefined ? 0 : await keepNewest(to, keep);
      if (removed > 0) console.log(`Removed ${removed} older ${removed === 1 ? 'one' : 'ones'}.`);
      return 0;
    });
  },
};

function keepFrom(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(String(given))) return Number(given);
  throw new UsageError('--keep should be a number from 1 on, such as 14.');
}

function wordsFor({ folder, files, bytes }: Backup): string {
  return `${folder}: ${files} ${files === 1 ? 'file' : 'files'}, ${sizeWords(bytes)}.`;
}
