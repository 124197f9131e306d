import path from 'node:path';
import { readConfig } from '#core/platform/config.ts';
import { sizeWords } from '#core/platform/size-words.ts';
import { checkBackup } from '#core/upkeep/check-backup.ts';
import { type Manifest, sizeOf } from '#core/upkeep/manifest.ts';
import { type Restored, restoreBackup } from '#core/upkeep/restore-backup.ts';
import { CONSOLE, type Command, commandLog, UsageError } from './command.ts';
import { hideShare, interruptible, showShare } from './share.ts';

export const restoreCommand: Command = {
  summary: 'restore <folder>: puts a backup in place, or only verifies it',
  help: `Usage: watchpost restore <folder> [--check]

Puts a backup that "watchpost backup" made in the place of what is in DATA_DIR. Every file is first copied and held
against the backup's own list; a byte that has changed, and nothing is done. What was there is moved into a folder
before-restore-… in DATA_DIR, and never deleted. Server and worker have to be stopped.
A backup of PostgreSQL goes, by pg_restore, into an empty database that DATABASE_URL names.

  --check   only verifies the backup; works beside a running server

Exit code 0: done, or sound. 2: the backup is not as it was made, or the call is wrong. 4: a server is running, or the
backup does not fit. 7: a program or a disk did not do its part. Whatever fails, the old data stays in place.`,
  options: { check: { type: 'boolean' } },
  async run({ positionals, values }) {
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0)
      throw new UsageError('It is called as "watchpost restore <folder>".');
    const from = path.resolve(folder);
    if (values.check) {
      const manifest = await checkBackup(from, { progress: showShare });
      hideShare();
      console.log(`Sound: ${wordsFor(manifest)}`);
      return 0;
    }
    const config = readConfig();
    const parts = { config, log: commandLog(config), who: CONSOLE };
    const restored = await interruptible((signal) =>
      restoreBackup(parts, from, { signal, progress: showShare }),
    );
    console.log(`Restored: ${wordsFor(restored.manifest)}\n`);
    console.log(nextSteps(restored, from));
    return 0;
  },
};

function wordsFor(manifest: Manifest): string {
  const { at, files, engine } = manifest;
  const store = engine === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  const time = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  return `the backup of ${time} (${store}), ${files.length} files, ${sizeWords(sizeOf(manifest))}; each as it was made.`;
}

function nextSteps({ manifest, aside, paused, dkim }: Restored, from: string): string {
  const steps = [
    aside &&
      `What was there lies in DATA_DIR/${aside}. Remove it when all is well: it holds readers' addresses.`,
    dkim && `The DKIM key lies in ${path.join(from, dkim)}: put it where DKIM_KEY says, if it is not there.`,
    `Start the server, and sign in: npx watchpost desk link. All sessions and invitations of then have ended.`,
    'Who is at the desk, and by which passkeys and codes, is as it was then. Whoever was removed since is back: look at /desk/people/',
    `Who left, changed or erased something after ${manifest.at.slice(0, 16).replace('T', ' ')} UTC is as they were before. If you still have the old data, look: npx watchpost audit list`,
    ...paused.map(
      (id) =>
        `The edition ${id} was under way, and is paused: it may have gone to all since. Look at the relay's log, then: npx watchpost edition resume ${id}, or cancel ${id}`,
    ),
    'What went out since is not known here: an edition that waits for a word may have gone already.',
    'No edition is sent from here before you say that the old site is gone for good: npx watchpost instance take',
  ].filter((step) => step !== undefined);
  return ['Next:', ...steps.map((step, index) => `${String(index + 1).padStart(2)}. ${step}`)].join('\n');
}
