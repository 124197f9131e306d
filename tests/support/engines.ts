import path from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, type PGliteDialectConfig, sql } from 'kysely';
import { type Db, type Engine, openPostgres, openSqlite } from '#core/platform/db.ts';
import { migrate } from '#db/migrate.ts';
import type { Schema } from '#db/schema.ts';
import { startPostgres } from './postgres.ts';
import { NOW } from './rows.ts';
import { openTestApp, type TestApp, temporaryFolder, writeArticle } from './test-app.ts';

/** An empty database, and a further connection to it (PGlite has but one). */
interface Opened {
  db: Db;
  another(): Db;
}

export interface TestEngine {
  name: string;
  engine: Engine;
  open(t: TestContext): Promise<Opened>;
  /** In its newest form. */
  openMigrated(t: TestContext): Promise<Opened>;
  /** A newsroom with two stories on it. */
  openApp(t: TestContext): Promise<TestApp>;
}

/** Every engine that the product runs on; their servers last as long as the file that asks. */
export function testEngines(): TestEngine[] {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let pglite: PGlite;
  let databases = 0;
  before(async () => {
    server = await startPostgres();
    pglite = await PGlite.create({ parsers: { 20: Number } });
  });
  after(() => Promise.all([server.stop(), pglite.close()]));

  const engines: Pick<TestEngine, 'name' | 'engine' | 'open'>[] = [
    {
      name: 'SQLite',
      engine: 'sqlite',
      async open(t) {
        const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
        return { db: closedAfter(t, openSqlite(file)), another: () => closedAfter(t, openSqlite(file)) };
      },
    },
    {
      name: 'PGlite',
      engine: 'postgres',
      async open(t) {
        await pglite.exec('drop schema public cascade; create schema public');
        const db = closedAfter(
          t,
          new Kysely<Schema>({ dialect: new PGliteDialect({ pglite: lent(pglite) }) }),
        );
        return { db, another: () => db };
      },
    },
    {
      name: 'PostgreSQL',
      engine: 'postgres',
      async open(t) {
        const url = new URL(server.url);
        const name = `test_${++databases}`;
        const outside = openPostgres(server.url);
        await sql`create database ${sql.id(name)}`.execute(outside);
        await outside.destroy();
        url.pathname = name;
        const connect = () => closedAfter(t, openPostgres(url.href));
        return { db: connect(), another: connect };
      },
    },
  ];
  return engines.map((base) => ({
    ...base,
    async openMigrated(t) {
      const opened = await base.open(t);
      await migrate(opened.db, base.engine);
      return opened;
    },
    async openApp(t) {
      const { db } = await base.open(t);
      const contentDir = temporaryFolder(t);
      writeArticle(contentDir, 'first-story', { topics: ['cloud'] });
      writeArticle(contentDir, 'second-story', { topics: ['mobile'] });
      const env = { CONTENT_DIR: contentDir };
      return openTestApp(t, { now: NOW, env, database: { db, engine: base.engine } });
    },
  }));
}

/** Starting one takes over a second, so all tests share it: closing the database leaves it open. */
function lent(shared: PGlite): PGliteDialectConfig['pglite'] {
  const { query, transaction, waitReady } = shared;
  const open = { closed: false, ready: true, waitReady, close: async () => {} };
  return { ...open, query: query.bind(shared), transaction: transaction.bind(shared) };
}

export function closedAfter(t: TestContext, db: Db): Db {
  t.after(() => db.destroy());
  return db;
}
