import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { type Db, openDatabase, openSqlite } from '#core/platform/db.ts';
import { AppError } from '#core/platform/errors.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { migrate } from '#db/migrate.ts';
import { closedAfter } from '../support/engines.ts';
import { openTestApp, temporaryFolder } from '../support/test-app.ts';

describe('the SQLite file', () => {
  test('survives a power cut, at the first start and later: every commit is flushed, in a write-ahead log', async (t) => {
    const dataDir = temporaryFolder(t);
    for (const start of ['the first', 'a later']) {
      const { db } = openDatabase({ dataDir });
      const app = await openTestApp(t, { database: { db, engine: 'sqlite' } });
      const pragma = async (name: string) =>
        Object.values((await sql`pragma ${sql.raw(name)}`.execute(app.db)).rows[0] as object)[0];
      const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'];
      assert.deepEqual(await Promise.all(names.map(pragma)), ['wal', 2, 1, 0], start);
      await writeSetting(app.db, 'start', start);
    }
  });

  test('what wants to write waits for another process that writes; what reads does not', async (t) => {
    const { db, other } = await besideWriter(t);
    const writes = [
      writeSetting(db, 'alone', 'after'),
      db.transaction().execute((trx) => writeSetting(trx, 'together', 'after')),
    ];
    assert.equal(await settingValue(db, 'alone'), 'before');
    assert.equal(await Promise.race([...writes, settingValue(db, 'together')]), 'before');
    other.exec('commit');
    await Promise.all(writes);
    assert.deepEqual(
      [await settingValue(db, 'alone'), await settingValue(db, 'together')],
      ['after', 'after'],
    );
  });

  test('a write that has waited too long is refused with nothing changed, and the next one succeeds', async (t) => {
    const { db, other } = await besideWriter(t, 50);
    const isUnavailable = (error: unknown) => error instanceof AppError && error.code === 'unavailable';
    await assert.rejects(writeSetting(db, 'alone', 'after'), isUnavailable);
    await assert.rejects(countUp(db), isUnavailable);
    assert.equal(await settingValue(db, 'alone'), 'before');
    other.exec('rollback');
    await countUp(db);
    await writeSetting(db, 'alone', 'after');
    assert.equal(await settingValue(db, 'alone'), 'after');
  });

  test('a transaction in which the disk is full fails with just that, and the next one succeeds', async (t) => {
    const db = closedAfter(t, openSqlite(path.join(temporaryFolder(t), 'a.sqlite')));
    await migrate(db, 'sqlite');
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
    const limit = (pages: number) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(db);
    await limit(rows[0]?.page_count ?? 0);
    const big = db.transaction().execute((trx) => writeSetting(trx, 'big', 'x'.repeat(100_000)));
    await assert.rejects(big, /no room left/);
    await limit(100_000);
    await countUp(db);
    assert.equal(await settingValue(db, 'counter'), '1');
  });

  test('a transaction that reads and then writes survives a process that writes meanwhile', async (t) => {
    const file = path.join(temporaryFolder(t), 'a.sqlite');
    const db = closedAfter(t, openSqlite(file));
    await migrate(db, 'sqlite');
    await writeSetting(db, 'counter', '0');
    const writer = spawn(process.execPath, ['--input-type=module-typescript', '--eval', COUNTER, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(writer, 'exit');
    await once(writer.stdout, 'data');
    for (let n = 0; n < 200; n++) await countUp(db);
    assert.deepEqual(await ended, [0, null]);
    assert.equal(await settingValue(db, 'counter'), '400');
  });
});

/** A database, and a connection as another process has it, which is in the middle of writing. */
async function besideWriter(
  t: TestContext,
  patienceMs?: number,
): Promise<{ db: Db; other: Database.Database }> {
  const file = path.join(temporaryFolder(t), 'a.sqlite');
  const db = closedAfter(t, openSqlite(file, patienceMs));
  await migrate(db, 'sqlite');
  for (const name of ['alone', 'together']) await writeSetting(db, name, 'before');
  const other = new Database(file);
  t.after(() => other.close());
  other.exec('begin immediate');
  return { db, other };
}

async function countUp(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const count = Number((await settingValue(trx, 'counter')) ?? 0);
    await writeSetting(trx, 'counter', String(count + 1));
  });
}

/** The same in a process of its own, which says when it has begun. */
const COUNTER = `
  import { openSqlite } from ${JSON.stringify(import.meta.resolve('#core/platform/db.ts'))};
  import { settingValue, writeSetting } from ${JSON.stringify(import.meta.resolve('#core/platform/settings.ts'))};
  const db = openSqlite(process.argv[1]);
  ${countUp}
  for (let n = 0; n < 200; n++) {
    await countUp(db);
    if (n === 0) console.log('begun');
  }
  await db.destroy();`;
