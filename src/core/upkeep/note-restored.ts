import path from 'node:path';
import { migrate } from '#db/migrate.ts';
import { endOpenInvitations } from '../desk/invitation-rows.ts';
import { endAllSessions } from '../desk/sessions.ts';
import { pauseIfSending } from '../editions/move-edition.ts';
import { runningEditions } from '../editions/running-rows.ts';
import { recordAct } from '../platform/audit.ts';
import { isoTime, systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { openDatabase } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { forgetInstance } from '../platform/instance.ts';
import type { Log } from '../platform/log.ts';
import { deleteOpenRuns } from '../platform/process-run-rows.ts';
import { deleteAllTokens } from '../platform/token-rows.ts';
import { readSecret } from '../platform/tokens.ts';
import { noteGoodBackup } from './last-backup.ts';
import { type Manifest, sizeOf } from './manifest.ts';

/**
 * Makes a restored database ready for its new life: in the newest form, with the restore as its next act, nobody signed
 * in by a session or let in by a link of then, and nothing sent before a person says so, as it went out already where the
 * backup was older.
 *
 * @returns the editions that were under way then, now paused
 */
export async function noteRestored(
  { config, log, who }: { config: Config; log: Log; who: string },
  manifest: Manifest,
  name: string,
): Promise<string[]> {
  const secret = readSecret(config.dataDir);
  if (!secret)
    throw new AppError('invalid', 'The backup holds no secret: it is not whole. Take another one.');
  const { db, engine } = openDatabase(config);
  const parts = { db, clock: systemClock, log, secret, who };
  try {
    await migrate(db, engine);
    await db.transaction().execute(async (trx) => {
      await forgetInstance(trx);
      await endAllSessions(trx);
      await endOpenInvitations(trx, isoTime(systemClock.now())); // some were used or taken back since
      await deleteAllTokens(trx, 'desk-link');
      await deleteOpenRuns(trx); // the server that was backed up was not killed
      await noteGoodBackup(trx, { at: manifest.at, bytes: sizeOf(manifest) });
      const after = `as of ${manifest.at}`;
      await recordAct(trx, parts, {
        who,
        act: 'backup.restore',
        subject: `backup:${path.basename(name)}`,
        after,
      });
    });
    const paused: string[] = [];
    for (const { id } of await runningEditions(db, isoTime(systemClock.now())))
      if (await pauseIfSending(parts, id, PAUSED)) paused.push(id);
    return paused;
  } finally {
    await db.destroy();
  }
}

const PAUSED = 'restored from a backup: it may have gone on since';
