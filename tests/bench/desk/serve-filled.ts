import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { projectRoot } from '#core/platform/config.ts';
import { type Db, type Engine, openDatabase } from '#core/platform/db.ts';
import { migrate } from '#db/migrate.ts';
import { type Pinned, spawnPinned, untilAnswering } from '../../support/processes.ts';
import { COMMAND, NODE } from '../../support/program.ts';
import { testConfig } from '../../support/test-app.ts';
import { deskCookie, freePort } from '../../support/test-site.ts';

/** A site that is served with a filled database, and somebody signed in at its desk. */
export interface Served {
  url: string;
  cookie: string;
  process: Pinned;
  stop(): Promise<void>;
}

/** @param databaseUrl an empty PostgreSQL database; left out: an SQLite file of its own */
export async function serveFilled(
  databaseUrl: string | undefined,
  fill: (db: Db, engine: Engine) => Promise<void>,
): Promise<Served> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'watchpost-bench-'));
  const port = await freePort();
  const env = {
    ...{ PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'error', WORKER: 'off' },
    ...{ DATA_DIR: dataDir, CONTENT_DIR: path.join(projectRoot, 'content') },
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
  const { db, engine } = openDatabase(testConfig(env));
  if (engine === 'sqlite') await sql`pragma synchronous = off`.execute(db);
  await migrate(db, engine);
  await fill(db, engine);
  await db.destroy();
  const server = spawnPinned('server', NODE, [COMMAND, 'serve'], { env });
  await untilAnswering(port, '/readyz');
  const link = execFileSync(NODE, [COMMAND, 'desk', 'link'], { env, encoding: 'utf8' }).trim();
  return {
    url: `http://localhost:${port}`,
    cookie: await deskCookie(link),
    process: server,
    async stop() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
