import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { openSqlite } from '#core/platform/db.ts';
import { temporaryFolder } from '../support/test-app.ts';
import { startSite, until } from '../support/test-site.ts';

/** The commands run beside a server, as the owner's do. */
const site = await startSite({ after: after as TestContext['after'] }, {});

function listFile(t: TestContext, lines: readonly string[]): string {
  const file = path.join(temporaryFolder(t), 'list.csv');
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** How many subscribers there are, asked of the file itself. */
async function subscribers(): Promise<number> {
  const db = openSqlite(path.join(site.dataDir, 'watchpost.sqlite'));
  try {
    const rows = await db.selectFrom('subscriber').select('id').execute();
    return rows.length;
  } finally {
    await db.destroy();
  }
}

test('a list with a bad row says which line, brings in the others, and ends with 1', async (t) => {
  const file = listFile(t, ['email', 'one@example.org', 'nobody', 'two@example.org']);
  const first = await site.command('import', 'subscribers', file, '--evidence', 'our old list');
  assert.deepEqual(
    [first.code, first.stderr],
    [1, `${file}:3: "nobody" is no address that we can write to\n`],
  );
  assert.match(first.stdout, /a plain list: 3 rows[\s\S]*2 {2}new readers[\s\S]*1 {2}refused/);
  const shown = await site.command('subscribers', 'show', 'ONE@example.org');
  assert.match(JSON.parse(shown.stdout).events[0].words, /our old list$/);
});

test('a file that is no list ends with 2, one whose rows were all read with 0', async (t) => {
  const codes = [];
  for (const lines of [['name'], [''], ['email', 'three@example.org'], ['email', 'three@example.org']])
    codes.push((await site.command('import', 'subscribers', listFile(t, lines))).code);
  codes.push((await site.command('import', 'subscribers', '/nowhere/list.csv')).code);
  assert.deepEqual(codes, [2, 2, 0, 0, 2]);
});

test('an import that is killed in the middle goes on when it is begun again: each is brought in once', async (t) => {
  const many = Array.from({ length: 30_000 }, (_, n) => `many${n}@example.org`);
  const file = listFile(t, ['email', ...many]);
  const before = await subscribers();
  const begun = site.beginCommand('import', 'subscribers', file);
  await until(async () => (await subscribers()) > before);
  begun.kill('SIGKILL');
  await once(begun, 'exit');
  const soFar = (await subscribers()) - before;
  assert.ok(soFar < many.length, 'it was killed in the middle');
  const again = await site.command('import', 'subscribers', file);
  assert.equal(again.code, 0);
  assert.match(again.stdout, new RegExp(`${many.length - soFar} {2}new readers`));
  assert.equal((await subscribers()) - before, many.length);
});

test('the owner adds with evidence, suppresses and lifts; whoever left is not added again', async () => {
  const run = async (...args: string[]) => (await site.command('subscribers', ...args)).code;
  assert.equal(await run('add', 'kay@example.org'), 2, 'no evidence');
  const evidence = ['--evidence', 'by letter, 3 May'];
  assert.equal(
    await run('add', 'kay@example.org', '--cadence', 'monthly', '--alerts', 'high', ...evidence),
    0,
  );
  assert.equal(await run('suppress', 'kay@example.org'), 0);
  assert.equal(await run('add', 'kay@example.org', ...evidence), 4, 'suppressed');
  assert.equal(await run('lift', 'kay@example.org', ...evidence), 0);
  assert.equal(await run('lift', 'kay@example.org', ...evidence), 3, 'not suppressed any more');
  assert.equal(await run('add', 'kay@example.org', ...evidence), 4, 'unsubscribed');
  assert.equal(await run('show', 'nobody@example.org'), 3);
  const { stdout } = await site.command('export', 'subscribers');
  assert.match(stdout, /^kay@example\.org,unsubscribed,monthly,,high,/m);
});
