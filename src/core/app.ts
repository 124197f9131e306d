import { mkdirSync } from 'node:fs';
import { migrate } from '#db/migrate.ts';
import { Library } from './articles/library.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Db, type Engine, openDatabase } from './platform/db.ts';
import { createLog, type Log } from './platform/log.ts';
import { PageChanges } from './platform/page-changes.ts';
import { readOrMakeSecret } from './platform/tokens.ts';

/** The parts of Watchpost, put together once; handed to every use case as its first argument. */
export interface App {
  config: Config;
  siteUrl: URL;
  db: Db;
  engine: Engine;
  clock: Clock;
  log: Log;
  library: Library;
  changes: PageChanges;
  /** Makes the derived tokens; see tokens.ts. */
  secret: Buffer;
}

/** Opens everything and brings the database to the newest form; tests hand in a clock and a log of their own. */
export async function openApp(config: Config, parts: { clock?: Clock; log?: Log } = {}): Promise<App> {
  const clock = parts.clock ?? systemClock;
  const log = parts.log ?? createLog(config.logLevel);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const secret = readOrMakeSecret(config.dataDir);
  const { db, engine } = openDatabase(config);
  const migrated = await migrate(db, engine);
  if (migrated.length > 0) log.info('database.migrated', { migrations: migrated });
  return {
    config,
    siteUrl: config.siteUrl,
    db,
    engine,
    clock,
    log,
    library: new Library({ contentDir: config.contentDir, clock, log }),
    changes: new PageChanges(db),
    secret,
  };
}

export async function closeApp(app: App): Promise<void> {
  app.library.close();
  app.changes.stop();
  await app.db.destroy();
}
