import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Db, Engine } from './db.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';

/** What every domain stands on; app.ts adds the parts that are made of these. */
export interface Parts {
  config: Config;
  siteUrl: URL;
  db: Db;
  engine: Engine;
  clock: Clock;
  log: Log;
  limits: Limits;
  /** Work that outlives the request that began it; closing waits for it. */
  background: Set<Promise<unknown>>;
  /** Makes the derived tokens; see tokens.ts. */
  secret: Buffer;
  /** Who acts, where a person does, for the audit log; absent where a reader does, or the site by itself. */
  who?: string;
}
