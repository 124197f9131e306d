import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeRecoveryCodes } from '#core/desk/recovery-codes.ts';
import { personAt } from '#core/desk/sessions.ts';
import { deskLink, signInByCode, signInByLink } from '#core/desk/sign-in.ts';
import { MINUTE } from '#core/platform/clock.ts';
import { sqliteFile } from '#core/platform/db.ts';
import { openRuns } from '#core/platform/process-run-rows.ts';
import { beginRun } from '#core/platform/process-runs.ts';
import {
  keepReserve,
  NoRoom,
  openWithReserve,
  RESERVE_BYTES,
  reserveFile,
  withReserve,
} from '#core/platform/reserve.ts';
import { writeSetting } from '#core/platform/settings.ts';
import { SmallDisk } from '#core/platform/small-disk.ts';
import { enterDesk } from '../../src/pages/desk/_session.ts';
import { type LogLine, memoryLog, openTestApp, temporaryFolder, testConfig } from '../support/test-app.ts';

const VISITOR = { network: '192.0.2.1', device: 'A test' };
const tokenIn = (link: string) => link.split('/').at(-2) ?? '';

/** A site on a disk that can be filled. */
async function siteOnSmallDisk(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const disk = new SmallDisk(path.join(dataDir, sqliteFile), reserveFile(dataDir));
  const app = await openTestApp(t, {
    env: { DATA_DIR: dataDir },
    database: { db: disk.db, engine: 'sqlite' },
  });
  return { app, disk };
}

test('while the disk is full nothing can be written, and what was written can be read', async (t) => {
  const { app, disk } = await siteOnSmallDisk(t);
  await writeSetting(app.db, 'a', 'before');
  disk.fill();
  await assert.rejects(writeSetting(app.db, 'a', 'x'), NoRoom);
  const both = [1, 2].map((n) => app.db.transaction().execute((trx) => writeSetting(trx, `b${n}`, 'x')));
  for (const one of await Promise.allSettled(both))
    assert.ok(one.status === 'rejected' && one.reason instanceof NoRoom);
  const rows = await app.db
    .selectFrom('setting')
    .selectAll()
    .where('name', 'in', ['a', 'b1', 'b2'])
    .execute();
  assert.deepEqual(rows, [{ name: 'a', value: 'before' }]);
  disk.makeRoom();
  await writeSetting(app.db, 'a', 'after');
  assert.ok(
    (await app.db.selectFrom('setting').selectAll().execute()).some(({ value }) => value === 'after'),
  );
});

test('on a full disk a link of the console and a recovery code let in, by the reserve; without one they do not', async (t) => {
  const { app, disk } = await siteOnSmallDisk(t);
  keepReserve(app);
  const first = await personAt(app, await signInByLink(app, tokenIn(await deskLink(app)), VISITOR));
  assert.ok(first);
  const [code = '', other = ''] = await makeRecoveryCodes(app, first);
  disk.fill();
  const session = await signInByCode(app, code, VISITOR);
  assert.equal((await personAt(app, session))?.name, 'owner');
  assert.ok(!existsSync(reserveFile(app.config.dataDir)));
  assert.ok(app.lines.some(({ event }) => event === 'disk.reserve-used'));
  const link = await withReserve(app, () => deskLink(app)); // there is room yet in what was freed
  assert.ok(await personAt(app, await signInByLink(app, tokenIn(link), VISITOR)));

  disk.fill();
  await assert.rejects(
    withReserve(app, () => deskLink(app)),
    NoRoom,
  );
  await assert.rejects(signInByCode(app, other, VISITOR), NoRoom);
  disk.makeRoom();
  assert.ok(
    await signInByCode(app, other, VISITOR),
    'the code is not spent by a try that could not be written',
  );
});

test('whoever is signed in stays so while the disk is full', async (t) => {
  const { app, disk } = await siteOnSmallDisk(t);
  const session = await signInByLink(app, tokenIn(await deskLink(app)), VISITOR);
  disk.fill();
  app.clock.advance(5 * MINUTE); // so that its last use would be written down anew
  assert.equal((await personAt(app, session))?.name, 'owner');
});

test('the reserve takes up room, once; another fault does not cost it', async (t) => {
  const dataDir = temporaryFolder(t);
  const lines: LogLine[] = [];
  const parts = { config: testConfig({ DATA_DIR: dataDir }), log: memoryLog(lines) };
  keepReserve(parts);
  const { size, blocks, ino } = statSync(reserveFile(dataDir));
  assert.equal(size, RESERVE_BYTES);
  assert.ok(blocks * 512 >= RESERVE_BYTES, 'it has no holes');
  keepReserve(parts);
  assert.equal(statSync(reserveFile(dataDir)).ino, ino);
  await assert.rejects(
    withReserve(parts, () => Promise.reject(new Error('something else'))),
    /something else/,
  );
  assert.ok(existsSync(reserveFile(dataDir)));
  assert.deepEqual(lines, []);
});

test('where there can be no reserve, or it would help nobody, the site goes on without', (t) => {
  const dataDir = path.join(temporaryFolder(t), 'data');
  const lines: LogLine[] = [];
  const log = memoryLog(lines);
  keepReserve({ config: testConfig({ DATA_DIR: dataDir }), log });
  assert.deepEqual(
    lines.map(({ level, event, code }) => [level, event, code]),
    [['warn', 'disk.no-reserve', 'ENOENT']],
  );
  const elsewhere = path.join(path.dirname(dataDir), 'elsewhere');
  mkdirSync(elsewhere);
  keepReserve({ config: testConfig({ DATA_DIR: elsewhere, DATABASE_URL: 'postgres://u:p@host/x' }), log });
  assert.ok(!existsSync(reserveFile(elsewhere)));
});

test('a site that is started on a full disk is opened in a part of the reserve, which is made whole again', (t) => {
  const dataDir = temporaryFolder(t);
  const lines: LogLine[] = [];
  const log = memoryLog(lines);
  const file = reserveFile(dataDir);
  const full = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_SHMSIZE' });
  /** Needs room, as SQLite does for the index of its log. */
  const open = () => {
    if (existsSync(file) && statSync(file).size === RESERVE_BYTES) throw full;
    return 'open';
  };
  keepReserve({ config: testConfig({ DATA_DIR: dataDir }), log });
  assert.equal(openWithReserve(dataDir, log, open), 'open');
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['disk.reserve-used'],
  );
  const { size } = statSync(file);
  assert.ok(size < RESERVE_BYTES && size > RESERVE_BYTES / 2, 'most of it is left for whoever signs in');
  keepReserve({ config: testConfig({ DATA_DIR: dataDir }), log });
  assert.equal(statSync(file).size, RESERVE_BYTES);

  truncateSync(file, 1);
  assert.equal(
    openWithReserve(dataDir, log, () => (existsSync(file) ? refuse(full) : 'open')),
    'open',
  );
  assert.throws(() => openWithReserve(dataDir, log, () => refuse(full)), NoRoom);
  const other = Object.assign(new Error('no'), { code: 'SQLITE_NOTADB' });
  assert.throws(() => openWithReserve(dataDir, log, () => refuse(other)), other);
});

function refuse(error: Error): never {
  throw error;
}

test('a process begins on a full disk, though that cannot be noted', async (t) => {
  const { app, disk } = await siteOnSmallDisk(t);
  await beginRun(app, 'serve'); // one that did not end as it should: that, too, cannot be noted
  disk.fill();
  const run = await beginRun(app, 'serve');
  await run.end();
  assert.ok(app.lines.some(({ event }) => event === 'run.not-noted'));
});

test('a process begins, and is noted, where what one before has left cannot be read', async (t) => {
  const app = await openTestApp(t);
  mkdirSync(path.join(app.config.dataDir, 'crash-x.json'));
  await beginRun(app, 'serve');
  assert.deepEqual(
    (await openRuns(app.db)).map(({ job }) => job),
    ['serve'],
  );
  assert.ok(app.lines.some(({ event }) => event === 'run.not-noted'));
});

test('on a full disk whoever mistypes a code hears of the code, not of the disk', async (t) => {
  const { app, disk } = await siteOnSmallDisk(t);
  disk.fill();
  assert.equal(await signInByCode(app, 'ABCDE-FGHJK-MNPQR-STVWX', VISITOR), undefined);
});

test('a browser that had a session comes in on a full disk all the same, by its new one', async (t) => {
  const { app, disk } = await siteOnSmallDisk(t);
  const before = await signInByLink(app, tokenIn(await deskLink(app)), VISITOR);
  const after = await signInByLink(app, tokenIn(await deskLink(app)), VISITOR);
  disk.fill();
  let cookie = before;
  const cookies = {
    get: () => ({ value: cookie }),
    set(_name: string, value: string) {
      cookie = value;
    },
  };
  await enterDesk({ cookies, locals: { app } } as unknown as Parameters<typeof enterDesk>[0], after ?? '');
  assert.equal(cookie, after);
  assert.equal((await personAt(app, cookie))?.name, 'owner');
});
