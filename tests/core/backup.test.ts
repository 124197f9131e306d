import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { closeApp, openApp } from '#core/app.ts';
import { actsOf } from '#core/desk/audit-list.ts';
import { invite, join } from '#core/desk/invitations.ts';
import { personAt } from '#core/desk/sessions.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { verifyActs } from '#core/desk/verify-acts.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import { makeDueEditions } from '#core/editions/schedule.ts';
import { keepLetter } from '#core/mail/kept-mail.ts';
import { recordAct } from '#core/platform/audit.ts';
import { DAY } from '#core/platform/clock.ts';
import { openSqlite } from '#core/platform/db.ts';
import { instanceOf } from '#core/platform/instance.ts';
import { brokenRuns } from '#core/platform/process-run-rows.ts';
import { beginRun } from '#core/platform/process-runs.ts';
import { settingValue, writeSetting } from '#core/platform/settings.ts';
import { checkBackup } from '#core/upkeep/check-backup.ts';
import { lastBackups } from '#core/upkeep/last-backup.ts';
import { type BackupOrder, makeBackup } from '#core/upkeep/make-backup.ts';
import { keepNewest } from '#core/upkeep/old-backups.ts';
import { dumpPostgres } from '#core/upkeep/postgres-dump.ts';
import { restoreBackup } from '#core/upkeep/restore-backup.ts';
import { command } from '../support/commands.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import { openTestApp, type TestApp, temporaryFolder } from '../support/test-app.ts';

/** A small site with something in each of its corners. */
async function site(t: TestContext): Promise<TestApp> {
  const app = await openTestApp(t);
  const { dataDir } = app.config;
  await recordAct(app.db, app, { who: 'ann', act: 'comment.approve', subject: 'comment:1' });
  await instanceOf(app);
  await keepLetter(dataDir, 'hello@watchpost.test', Buffer.from('Subject: Hello\r\n\r\nHello\r\n'));
  mkdirSync(path.join(dataDir, 'pictures'));
  writeFileSync(path.join(dataDir, 'pictures', 'made-again.webp'), 'x');
  return app;
}

/** The same data folder, empty, for a command. */
function empty(t: TestContext, { config }: TestApp): Pick<TestApp, 'config'> {
  return { config: { ...config, dataDir: path.join(temporaryFolder(t), 'data') } };
}

async function backUp(app: TestApp, order: Partial<BackupOrder> & { to: string }) {
  return makeBackup({ ...app, who: 'console' }, { withMail: true, ...order });
}

const acts = async (app: Pick<TestApp, 'db'>) =>
  (await Array.fromAsync(actsOf(app.db, {}))).map(({ who, act }) => `${who} ${act}`);

test('a backup that is made while somebody writes is restored into an empty folder, with books and log whole', async (t) => {
  const app = await site(t);
  const writer = startWriter(t, app);
  await once(writer.stdout as NonNullable<ChildProcess['stdout']>, 'data');
  const before = Number(await settingValue(app.db, 'left'));
  const to = temporaryFolder(t);
  const made = await command(app, 'backup', '--to', to);
  assert.deepEqual([made.code, made.errors], [0, '']);
  assert.equal(writer.exitCode, null, 'it was still writing');
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  const [name = ''] = readdirSync(to);
  const there = empty(t, app);
  const restored = await command(there, 'restore', path.join(to, name));
  assert.deepEqual([restored.code, restored.errors], [0, '']);
  assert.match(restored.output, /each as it was made[\s\S]*instance take/);
  const copy = await openTestApp(t, { env: { DATA_DIR: there.config.dataDir } });
  const [left, right] = [await settingValue(copy.db, 'left'), await settingValue(copy.db, 'right')];
  assert.equal(left, right, 'the database of one moment');
  assert.ok(Number(left) >= before);
  assert.equal((await verifyActs(copy)).state, 'whole');
  assert.deepEqual(await acts(copy), ['ann comment.approve', 'console backup.restore']);
  assert.equal((await command(copy, 'audit', 'verify')).code, 0);
  assert.equal((await instanceOf(copy)).state, 'elsewhere');
  const dataDir = there.config.dataDir;
  assert.match(readFileSync(path.join(dataDir, 'outbox', 'hello@watchpost.test.eml'), 'utf8'), /Hello/);
  assert.deepEqual(copy.secret, app.secret);
  assert.ok(!existsSync(path.join(dataDir, 'pictures', 'made-again.webp')));
});

test('a backup is for its owner alone, is told in the log and kept in mind', async (t) => {
  const app = await site(t);
  const to = path.join(temporaryFolder(t), 'new', 'folder');
  const { folder, bytes } = await backUp(app, { to });
  const paths = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })];
  for (const one of paths) {
    const kind = statSync(path.join(folder, one));
    assert.equal(kind.mode & 0o777, kind.isDirectory() ? 0o700 : 0o600, one);
  }
  assert.deepEqual(
    paths.filter((one) => one.endsWith('.part')),
    [],
  );
  assert.equal((await acts(app)).at(-1), 'console backup.make');
  assert.deepEqual(await lastBackups(app.db), { good: { at: app.clock.now().toISOString(), bytes } });
  assert.equal((await checkBackup(folder)).files.length, 3);
});

test('a byte that has changed anywhere, a file that is missing or too long: restore refuses and changes nothing', async (t) => {
  const app = await site(t);
  const { folder } = await backUp(app, { to: temporaryFolder(t) });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
    statSync(path.join(folder, one)).isFile(),
  );
  assert.deepEqual(files.sort(), [
    'data/outbox/hello@watchpost.test.eml',
    'data/secret',
    'data/watchpost.sqlite',
    'manifest.json',
    'manifest.sha256',
  ]);
  const there = empty(t, app);
  for (const file of files) {
    const copy = path.join(temporaryFolder(t), 'copy');
    cpSync(folder, copy, { recursive: true });
    const bytes = readFileSync(path.join(copy, file));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(path.join(copy, file), bytes);
    const { code, errors } = await command(there, 'restore', copy);
    assert.deepEqual([code, /changed|manifest/.test(errors)], [2, true], `${file}: ${errors}`);
    assert.deepEqual(leftIn(there), [], file);
  }
  const { code, errors } = await command(there, 'restore', path.dirname(folder));
  assert.deepEqual([code, /no whole backup/.test(errors)], [2, true]);
});

/** What a data folder holds; nothing where there is none. */
function leftIn({ config }: Pick<TestApp, 'config'>): string[] {
  return existsSync(config.dataDir) ? readdirSync(config.dataDir) : [];
}

test('restore refuses while the database is open elsewhere; later it moves the old data aside and deletes nothing', async (t) => {
  const app = await site(t);
  const { dataDir } = app.config;
  await signInByLink(app, new URL(await deskLink(app)).pathname.split('/').at(-2) ?? '', {
    network: '192.0.2.1',
    device: 'Firefox',
  });
  assert.equal((await app.db.selectFrom('session').select('id').execute()).length, 1);
  const { folder } = await backUp(app, { to: path.join(dataDir, 'backups') });
  assert.equal((await command(app, 'restore', folder, '--check')).code, 0);
  const refused = await command(app, 'restore', folder);
  assert.deepEqual([refused.code, /Stop it first/.test(refused.errors)], [4, true]);
  assert.ok(!readdirSync(dataDir).some((name) => /restor/.test(name)));

  const there = path.join(temporaryFolder(t), 'data');
  cpSync(dataDir, there, { recursive: true });
  const old = { config: { ...app.config, dataDir: there } };
  const again = await command(old, 'restore', path.join(there, 'backups', path.basename(folder)));
  assert.deepEqual([again.code, again.errors], [0, '']);
  const aside = readdirSync(there).find((name) => name.startsWith('before-restore-')) ?? '';
  const before = openSqlite(path.join(there, aside, 'watchpost.sqlite'));
  t.after(() => before.destroy());
  assert.equal((await acts({ db: before })).at(-1), 'console backup.make');
  assert.deepEqual(readFileSync(path.join(there, aside, 'secret')), readFileSync(path.join(there, 'secret')));
  const now = openSqlite(path.join(there, 'watchpost.sqlite'));
  t.after(() => now.destroy());
  assert.equal((await acts({ db: now })).at(-1), 'console backup.restore');
  assert.deepEqual(await now.selectFrom('session').select('id').execute(), []);
});

test('what is interrupted leaves no backup, and is told with the next step until one succeeds', async (t) => {
  const app = await site(t);
  const to = temporaryFolder(t);
  const stopping = new AbortController();
  const making = backUp(app, { to, signal: stopping.signal, progress: () => stopping.abort() });
  await assert.rejects(making, { code: 'unavailable', message: /interrupted/ });
  assert.deepEqual(readdirSync(to), []);
  assert.equal((await lastBackups(app.db)).failed?.why, 'It was interrupted.');
  await backUp(app, { to });
  assert.equal((await lastBackups(app.db)).failed, undefined);
});

test('a disk that takes no more leaves no backup and an exit code, and is kept in mind', async (t) => {
  const app = await site(t);
  await writeSetting(app.db, 'big', 'x'.repeat(3_000_000));
  const to = temporaryFolder(t);
  const settings = { DATA_DIR: app.config.dataDir, CONTENT_DIR: app.config.contentDir, DATABASE_URL: '' };
  const limited = `trap '' XFSZ; ulimit -f 2048; exec "$0" src/cli/watchpost.mjs backup --to "$1"`;
  const child = spawn('bash', ['-c', limited, process.execPath, to], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: 'ignore',
  });
  assert.deepEqual(await once(child, 'exit'), [7, null]);
  assert.deepEqual(readdirSync(to), []);
  assert.match((await lastBackups(app.db)).failed?.why ?? '', /could not be written|full/);
});

test('a restore that is interrupted, or finds no room, leaves what was there as it was', async (t) => {
  const app = await site(t);
  await writeSetting(app.db, 'big', 'x'.repeat(3_000_000));
  const { folder } = await backUp(app, { to: temporaryFolder(t) });
  const there = empty(t, app);
  mkdirSync(there.config.dataDir);
  writeFileSync(path.join(there.config.dataDir, 'secret'), 'of another site');
  const stopping = new AbortController();
  const parts = { config: there.config, log: app.log, who: 'console' };
  await assert.rejects(
    restoreBackup(parts, folder, { signal: stopping.signal, progress: () => stopping.abort() }),
    { code: 'unavailable', message: /interrupted/ },
  );
  assert.deepEqual(leftIn(there), ['secret']);
  const settings = { DATA_DIR: there.config.dataDir, CONTENT_DIR: app.config.contentDir, DATABASE_URL: '' };
  const limited = `trap '' XFSZ; ulimit -f 2048; exec "$0" src/cli/watchpost.mjs restore "$1"`;
  const child = spawn('bash', ['-c', limited, process.execPath, folder], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: 'ignore',
  });
  assert.deepEqual(await once(child, 'exit'), [7, null]);
  assert.deepEqual(leftIn(there), ['secret']);
  assert.equal(readFileSync(path.join(there.config.dataDir, 'secret'), 'utf8'), 'of another site');
});

test('after a restore that was killed between its renames nothing starts until it is run again', async (t) => {
  const app = await site(t);
  const { folder } = await backUp(app, { to: temporaryFolder(t) });
  const there = empty(t, app);
  mkdirSync(there.config.dataDir);
  writeFileSync(path.join(there.config.dataDir, 'restoring'), '');
  await assert.rejects(openApp(there.config), {
    code: 'unavailable',
    message: /Run the same "watchpost restore"/,
  });
  assert.deepEqual(leftIn(there), ['restoring']);
  await restoreBackup({ config: there.config, log: app.log, who: 'console' }, folder);
  assert.ok(!leftIn(there).includes('restoring'));
  const restored = await openApp(there.config, { log: app.log });
  t.after(() => closeApp(restored));
  assert.deepEqual(restored.secret, app.secret);
});

test('a folder that cannot be one, wrong numbers and other words are refused with how it is called', async (t) => {
  const app = await site(t);
  const file = path.join(temporaryFolder(t), 'a-file');
  writeFileSync(file, '');
  assert.equal((await command(app, 'backup', '--to', file)).code, 7);
  for (const args of [['backup', 'now'], ['backup', '--keep', '0'], ['restore'], ['restore', file, file]])
    assert.equal((await command(app, ...args)).code, 2, args.join(' '));
  assert.equal((await command(app, 'restore', file)).code, 2);
  for (const name of ['backup', 'restore'])
    assert.match((await command(app, name, '--help')).output, new RegExp(`^Usage: watchpost ${name}`));
});

test('only as many backups are kept as asked for, and of what is no backup nothing is removed', async (t) => {
  const app = await site(t);
  const to = temporaryFolder(t);
  mkdirSync(path.join(to, 'watchpost-mine'));
  const names: string[] = [];
  for (let day = 0; day < 3; day++) {
    names.push((await backUp(app, { to })).name);
    app.clock.advance(86_400_000);
  }
  assert.equal(await keepNewest(to, 2), 1);
  assert.deepEqual(readdirSync(to).sort(), [...names.slice(1), 'watchpost-mine']);
});

test('no link of before a restore lets anybody in: it may have been used or taken back since', async (t) => {
  const app = await site(t);
  const visitor = { network: '192.0.2.1', device: 'A test' };
  const token = (link: string) => link.split('/').at(-2) ?? '';
  const owner = await personAt(app, await signInByLink(app, token(await deskLink(app)), visitor));
  assert.ok(owner);
  const invitation = token(await invite(app, owner, { name: 'Bo', role: 'owner' }));
  const link = token(await deskLink(app));
  const { folder } = await backUp(app, { to: temporaryFolder(t) });
  const there = empty(t, app);
  assert.equal((await command(there, 'restore', folder)).code, 0);
  const copy = await openTestApp(t, { env: { DATA_DIR: there.config.dataDir } });
  assert.equal(await join(copy, invitation, visitor), undefined);
  assert.equal(await signInByLink(copy, link, visitor), undefined);
  assert.ok(await join(app, invitation, visitor), 'where nothing was restored, it is good');
});

test('the server that a backup was made beside is not said to have been killed where it is restored', async (t) => {
  const app = await site(t);
  await beginRun(app, 'serve');
  const { folder } = await backUp(app, { to: temporaryFolder(t) });
  const there = empty(t, app);
  assert.equal((await command(there, 'restore', folder)).code, 0);
  const copy = await openTestApp(t, { env: { DATA_DIR: there.config.dataDir } });
  copy.clock.advance(DAY);
  await beginRun(copy, 'serve');
  assert.deepEqual(await brokenRuns(copy.db, 10), []);
});

test('the password of a PostgreSQL database stands in no argument, wherever in DATABASE_URL it stands', async (t) => {
  const folder = temporaryFolder(t);
  const program = `#!/bin/sh\necho "$*" > ${folder}/arguments\necho "$PGPASSWORD" > ${folder}/password\n`;
  writeFileSync(path.join(folder, 'pg_dump'), program, { mode: 0o700 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
  });
  for (const url of ['postgres://u:p%40ss@host/x', 'postgres://u@host/x?password=p%40ss&sslmode=require']) {
    await dumpPostgres(url, path.join(folder, 'dump'));
    assert.equal(readFileSync(path.join(folder, 'password'), 'utf8'), 'p@ss\n');
    assert.doesNotMatch(readFileSync(path.join(folder, 'arguments'), 'utf8'), /p(?:%40|@)ss/);
  }
});

test('letters that are kept as files are left out where they are not wanted; what is linked into DATA_DIR is not', async (t) => {
  const app = await site(t);
  const elsewhere = path.join(temporaryFolder(t), 'note');
  writeFileSync(elsewhere, 'kept elsewhere');
  symlinkSync(elsewhere, path.join(app.config.dataDir, 'note'));
  const { folder } = await backUp(app, { to: temporaryFolder(t), withMail: false });
  const { files } = await checkBackup(folder);
  assert.deepEqual(files.map((file) => file.path).sort(), [
    'data/note',
    'data/secret',
    'data/watchpost.sqlite',
  ]);
});

test('a key for DKIM that lies elsewhere is in the backup, and the restore says where', async (t) => {
  const keyFile = path.join(temporaryFolder(t), 'dkim.pem');
  writeFileSync(keyFile, 'a key');
  const app = await site(t);
  const dkim = { domain: 'watchpost.test', selector: 'a', keyFile };
  const { folder } = await backUp({ ...app, config: { ...app.config, dkim } }, { to: temporaryFolder(t) });
  assert.equal(readFileSync(path.join(folder, 'dkim', 'dkim.pem'), 'utf8'), 'a key');
  const { output } = await command(empty(t, app), 'restore', folder);
  assert.match(output, /dkim\/dkim\.pem: put it where DKIM_KEY says/);
});

test('an edition that was under way is paused in what is restored, and the command says so', async (t) => {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org');
  await makeDueEditions(app);
  await makeEdition(app, 'weekly', app.clock.now());
  const { folder } = await backUp(app, { to: temporaryFolder(t) });
  const there = empty(t, app);
  const { output } = await command(there, 'restore', folder);
  assert.match(
    output,
    /edition 2026-11-24-weekly was under way, and is paused.*edition resume 2026-11-24-weekly/,
  );
  const restored = openSqlite(path.join(there.config.dataDir, 'watchpost.sqlite'));
  t.after(() => restored.destroy());
  assert.equal((await editionById(restored, '2026-11-24-weekly'))?.state, 'paused');
  assert.deepEqual((await acts({ db: restored })).slice(-2), [
    'console backup.restore',
    'console edition.pause',
  ]);
});

/** Writes two settings that are always the same, in one transaction, in a process of its own, until it is killed. */
function startWriter(t: TestContext, { config }: TestApp): ChildProcess {
  const source = `
    import { openSqlite } from ${JSON.stringify(import.meta.resolve('#core/platform/db.ts'))};
    import { writeSetting } from ${JSON.stringify(import.meta.resolve('#core/platform/settings.ts'))};
    const db = openSqlite(process.argv[1]);
    for (let n = 1; ; n++) {
      await db.transaction().execute(async (trx) => {
        await writeSetting(trx, 'left', String(n));
        await writeSetting(trx, 'filler-' + (n % 50), 'x'.repeat(20_000));
        await writeSetting(trx, 'right', String(n));
      });
      if (n === 60) console.log('begun');
    }`;
  const file = path.join(config.dataDir, 'watchpost.sqlite');
  const writer = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => writer.kill('SIGKILL'));
  return writer;
}
