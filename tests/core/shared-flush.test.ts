import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { type Db, openSqlite } from '#core/platform/db.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { migrate } from '#db/migrate.ts';
import { temporaryFolder } from '../support/test-app.ts';

async function openFile(t: TestContext): Promise<{ db: Db; file: string }> {
  const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
  const db = openSqlite(file);
  t.after(() => db.destroy());
  await migrate(db, 'sqlite');
  return { db, file };
}

/** Writes a row in a transaction of its own; whether its writer was told that it is saved. */
async function save(db: Db, name: string, { value = '', fails = false } = {}): Promise<boolean> {
  const saving = db.transaction().execute(async (trx) => {
    await writeSetting(trx, name, value);
    assert.equal(await settingValue(trx, name), value, 'it sees what it wrote');
    if (fails) throw new Error('changed my mind');
  });
  return saving.then(
    () => true,
    () => false,
  );
}

/** What another process finds in the file. */
function namesIn(file: string): string[] {
  const other = new Database(file, { readonly: true });
  const rows = other.prepare("select name from setting where name like 'row-%' order by name").all();
  other.close();
  return (rows as { name: string }[]).map(({ name }) => name);
}

const named = (count: number) => Array.from({ length: count }, (_, n) => `row-${String(n).padStart(3, '0')}`);

test('of many transactions at once each is saved or not by itself, as its writer was told', async (t) => {
  const { db, file } = await openFile(t);
  const names = named(200);
  const told = await Promise.all(names.map((name, n) => save(db, name, { fails: n % 7 === 3 })));
  assert.deepEqual(
    names.filter((_, n) => told[n]),
    names.filter((_, n) => n % 7 !== 3),
  );
  assert.deepEqual(
    namesIn(file),
    names.filter((_, n) => told[n]),
  );
});

test('whoever is told that a row is saved finds it in the file, at that very moment', async (t) => {
  const { db, file } = await openFile(t);
  await Promise.all(
    named(100).map(async (name) => {
      await save(db, name);
      assert.ok(namesIn(file).includes(name), name);
    }),
  );
});

test('statements between transactions see what is saved, and only that', async (t) => {
  const { db } = await openFile(t);
  const names = named(60);
  await Promise.all(
    names.map(async (name, n) => {
      const saving = save(db, name, { fails: n % 2 === 1 });
      const seen = await settingValue(db, name); // asked for while others wait
      assert.equal(await saving, n % 2 === 0);
      assert.equal(seen, n % 2 === 0 ? '' : undefined);
    }),
  );
});

test('on a disk that is full nobody is told of a success that is none, and room makes it work again', async (t) => {
  const { db, file } = await openFile(t);
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
  await sql`pragma max_page_count = ${sql.raw(String((rows[0]?.page_count ?? 0) + 12))}`.execute(db);
  const names = named(40);
  const told = await Promise.all(names.map((name) => save(db, name, { value: 'x'.repeat(9000) })));
  assert.ok(told.includes(true) && told.includes(false), 'some fit and some do not');
  assert.deepEqual(
    namesIn(file),
    names.filter((_, n) => told[n]),
  );
  await sql`pragma max_page_count = 1000000`.execute(db);
  assert.equal(await save(db, 'row-999'), true);
});

test('a transaction that another process keeps waiting is done when that ends', async (t) => {
  const { db, file } = await openFile(t);
  const other = new Database(file);
  t.after(() => other.close());
  other.exec('begin immediate');
  const saving = Promise.all(named(20).map((name) => save(db, name)));
  assert.equal(await settingValue(db, 'row-000'), undefined);
  other.exec('commit');
  assert.deepEqual([...new Set(await saving)], [true]);
  assert.equal(namesIn(file).length, 20);
});

test('who loses to somebody hears of it no sooner than that one is on disk', async (t) => {
  const { db, file } = await openFile(t);
  const take = (name: string) =>
    db.transaction().execute(async (trx) => {
      if ((await settingValue(trx, name)) !== undefined) throw new Error('taken');
      await writeSetting(trx, name, '');
    });
  await Promise.all(
    named(30).flatMap((name) => [
      take(name),
      take(name).then(
        () => assert.fail('both took it'),
        () => assert.ok(namesIn(file).includes(name), name),
      ),
    ]),
  );
});
