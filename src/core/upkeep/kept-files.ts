import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { sqliteFile } from '../platform/db.ts';

/** Made again by itself, or made by drills, backups and restores. */
const REMADE =
  /^(?:pictures|reserve|drill|restoring|search\.db(?:-\w+)?|backups|before-restore-.*|.*\.part)$/;
const OUTBOX = 'outbox';

/** Whether an entry at the top of DATA_DIR is one that a site cannot make anew. */
export function isKept(name: string): boolean {
  return !REMADE.test(name);
}

/**
 * The files of DATA_DIR, besides the database, that cannot be made anew; paths with `/`, from DATA_DIR.
 *
 * @param besides.withMail also the letters that are kept where there is no relay
 * @param besides.without a folder that is left out, such as the one that backups go to
 */
export function keptFiles(
  dataDir: string,
  { withMail, without }: { withMail: boolean; without?: string },
): string[] {
  const names = readdirSync(dataDir).filter(
    (name) => isKept(name) && !name.startsWith(sqliteFile) && (withMail || name !== OUTBOX),
  );
  return names.flatMap((name) => filesUnder(dataDir, name, without));
}

function filesUnder(dataDir: string, name: string, without: string | undefined): string[] {
  const file = path.join(dataDir, name);
  const kind = statSync(file, { throwIfNoEntry: false }); // one that has gone since is no loss
  if (kind?.isFile()) return name.endsWith('.part') ? [] : [name];
  if (!kind?.isDirectory() || file === without) return [];
  return readdirSync(file).flatMap((inner) => filesUnder(dataDir, `${name}/${inner}`, without));
}
