import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { closeApp, openApp } from '#core/app.ts';
import { actsOf } from '#core/desk/audit-list.ts';
import { verifyActs } from '#core/desk/verify-acts.ts';
import { recordAct } from '#core/platform/audit.ts';
import { openPostgres } from '#core/platform/db.ts';
import { instanceOf, isOurInstance } from '#core/platform/instance.ts';
import { lastBackups } from '#core/upkeep/last-backup.ts';
import { commandWith } from '../support/commands.ts';
import { startPostgres } from '../support/postgres.ts';
import { memoryLog, openTestApp, type TestApp, temporaryFolder, testConfig } from '../support/test-app.ts';

/** A PostgreSQL whose server and client programs are of one version; npm's has no client programs. */
const PROGRAMS = globSync('/usr/lib/postgresql/*/bin').filter((folder) =>
  ['postgres', 'initdb', 'pg_dump', 'pg_restore'].every((name) => existsSync(path.join(folder, name))),
)[0];

describe('a PostgreSQL database', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  before(async () => {
    server = await startPostgres(PROGRAMS);
  });
  after(() => server.stop());

  async function database(name: string): Promise<string> {
    const outside = openPostgres(server.url);
    await sql`create database ${sql.id(name)}`.execute(outside);
    await outside.destroy();
    return server.url.replace(/\/postgres$/, `/${name}`);
  }

  async function site(t: TestContext, name: string): Promise<{ app: TestApp; url: string }> {
    const url = await database(name);
    const app = await openTestApp(t, { env: { DATABASE_URL: url } });
    await recordAct(app.db, app, { who: 'ann', act: 'comment.approve', subject: 'comment:1' });
    assert.ok(await isOurInstance(app));
    return { app, url };
  }

  test('where there is no pg_dump, a backup says what to install, and leaves nothing', async (t) => {
    const { app, url } = await site(t, 'without');
    const to = temporaryFolder(t);
    const made = await commandWith({ DATABASE_URL: url, PATH: to }, app, 'backup', '--to', to);
    assert.deepEqual([made.code, /postgresql-client/.test(made.errors)], [7, true]);
    assert.deepEqual(readdirSync(to), []);
    assert.match((await lastBackups(app.db)).failed?.why ?? '', /no pg_dump/);
  });

  const skip = PROGRAMS === undefined && 'no PostgreSQL with client programs is installed';
  test('is backed up and restored into an empty one, and sends nothing there unasked', {
    skip,
  }, async (t) => {
    const { app, url } = await site(t, 'first');
    const to = temporaryFolder(t);
    const PATH = PROGRAMS;
    const made = await commandWith({ DATABASE_URL: url, PATH }, app, 'backup', '--to', to);
    assert.deepEqual([made.code, made.errors], [0, '']);
    const folder = path.join(to, readdirSync(to)[0] ?? '');
    const there = { config: { ...app.config, dataDir: path.join(temporaryFolder(t), 'data') } };
    const refused = await commandWith({ DATABASE_URL: url, PATH }, there, 'restore', folder);
    assert.deepEqual([refused.code, /not empty/.test(refused.errors)], [4, true]);
    const unset = await commandWith({ PATH }, there, 'restore', folder);
    assert.deepEqual([unset.code, /DATABASE_URL/.test(unset.errors)], [4, true]);

    const second = await database('second');
    const restored = await commandWith({ DATABASE_URL: second, PATH }, there, 'restore', folder);
    assert.deepEqual([restored.code, restored.errors], [0, '']);
    const env = { DATABASE_URL: second, DATA_DIR: there.config.dataDir, CONTENT_DIR: app.config.contentDir };
    const copy = await openApp(testConfig(env), { log: memoryLog([]) });
    t.after(() => closeApp(copy));
    assert.equal((await verifyActs(copy)).state, 'whole');
    const acts = await Array.fromAsync(actsOf(copy.db, {}));
    assert.deepEqual(
      acts.map(({ act }) => act),
      ['comment.approve', 'backup.restore'],
    );
    assert.equal((await instanceOf(copy)).state, 'elsewhere');
    assert.deepEqual(copy.secret, app.secret);
    assert.deepEqual(
      readdirSync(there.config.dataDir).filter((name) => /dump|part/.test(name)),
      [],
    );
  });
});
