import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { verpAddress } from '#core/mail/verp.ts';
import { openSqlite } from '#core/platform/db.ts';
import { recipientsFrom } from '../../src/cli/bounce.ts';
import { block, statusReport } from '../support/bounce-messages.ts';
import { pipeBounce } from '../support/commands.ts';
import { addDelivery, addSubscribers } from '../support/rows.ts';
import { openTestApp, temporaryFolder } from '../support/test-app.ts';

const DEAD = block({
  'Final-Recipient': 'rfc822; ann@example.org',
  Status: '5.1.1',
  'Diagnostic-Code': 'smtp; 550 5.1.1 <ann@example.org>: User unknown',
});

/** A database with a reader to whom a letter was sent; its settings, and the letter's return address. */
async function mailedReader(t: TestContext) {
  const app = await openTestApp(t);
  const env = { DATA_DIR: app.config.dataDir, CONTENT_DIR: app.config.contentDir };
  await addSubscribers(app.db, ['ann']);
  await addDelivery(app.db, 'ann', { state: 'sent' });
  const state = async () => {
    const db = openSqlite(path.join(app.config.dataDir, 'watchpost.sqlite'));
    const rows = await db.selectFrom('subscriber').select('state').execute();
    await db.destroy();
    return rows[0]?.state;
  };
  return { env, verp: verpAddress(app, 'news.test', 1), state };
}

test('a bounce from a pipe is taken, once it may, with the recipient that Postfix tells', async (t) => {
  const { env, verp, state } = await mailedReader(t);
  const message = statusReport([DEAD]);
  const postfix = { ...env, ORIGINAL_RECIPIENT: verp };

  const tried = await pipeBounce(message, ['--dry-run'], postfix);
  assert.deepEqual(
    { ...tried, state: await state() },
    {
      output: 'Nothing was changed; this would be done:\nThe address is dead: it gets no more letters.\n',
      errors: '',
      code: 0,
      state: 'confirmed',
    },
  );

  const taken = await pipeBounce(message, [], postfix);
  assert.equal(taken.output, 'The address is dead: it gets no more letters.\n');
  assert.deepEqual([taken.code, await state()], [0, 'unsubscribed']);

  const stranger = await pipeBounce(
    statusReport([DEAD], { words: 'Another.' }),
    ['--recipient', 'bounces@x.test'],
    env,
  );
  assert.equal(stranger.output, 'It shows no letter of ours, and may be made up: nothing was done.\n');
  assert.equal(stranger.code, 0);
});

test('a message that cannot be taken now stays with the mail system', async (t) => {
  const { env } = await mailedReader(t);
  const faults: [words: RegExp, args: string[], settings: NodeJS.ProcessEnv][] = [
    [
      /^It could not be taken now: .*ECONNREFUSED/,
      [],
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    ],
    [/^It could not be taken now: A setting is wrong:\n {2}PORT/, [], { PORT: 'none' }],
    [/^Unknown option '--recipients'/, ['--recipients', 'bounces@x.test'], {}],
    [/^The message is read from standard input alone\./, ['message.eml'], {}],
  ];
  for (const [words, args, settings] of faults) {
    const { output, errors, code } = await pipeBounce(statusReport([DEAD]), args, { ...env, ...settings });
    assert.deepEqual({ output, code }, { output: '', code: 75 });
    assert.match(errors, words);
  }
});

test('a pipe that knows another folder than the server finds nothing there, and leaves nothing', async (t) => {
  const folder = temporaryFolder(t);
  const { errors, code } = await pipeBounce(statusReport([DEAD]), [], {
    DATA_DIR: path.join(folder, 'data'),
  });
  assert.match(errors, /^It could not be taken now: There is no database here yet\. .*DATA_DIR/);
  assert.deepEqual([code, readdirSync(folder)], [75, []]);
});

test('a database that a newer or older version has left is not touched', async (t) => {
  const { env, verp, state } = await mailedReader(t);
  const file = new Database(path.join(env.DATA_DIR, 'watchpost.sqlite'));
  file
    .prepare('insert into kysely_migration (name, timestamp) values (?, ?)')
    .run('9999-of-a-later-version', '');
  file.close();
  const { errors, code } = await pipeBounce(statusReport([DEAD]), ['--recipient', verp], env);
  assert.match(errors, /^It could not be taken now: The database is of another version\./);
  assert.deepEqual([code, await state()], [75, 'confirmed']);
});

test('a bounce waits for no article: of content/ nothing is read', async (t) => {
  const { env, verp, state } = await mailedReader(t);
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'site.yaml'), 'title: [');
  const taken = await pipeBounce(statusReport([DEAD]), ['--recipient', verp], {
    ...env,
    CONTENT_DIR: folder,
  });
  assert.deepEqual([taken.code, taken.errors, await state()], [0, '', 'unsubscribed']);
});

test('every mail system’s way of telling the recipient is understood', () => {
  assert.deepEqual(
    recipientsFrom({ ORIGINAL_RECIPIENT: 'bounces+7.x@a.test', LOCAL: 'bounces+7.x', DOMAIN: 'b.test' }),
    ['bounces+7.x@a.test', 'bounces+7.x@b.test'],
  );
  const suffix = { LOCAL_PART: 'bounces', LOCAL_PART_SUFFIX: '+7.x', DOMAIN: 'a.test' };
  assert.deepEqual(recipientsFrom(suffix), ['bounces+7.x@a.test']);
  assert.deepEqual(recipientsFrom({ LOCAL_PART: 'bounces', EXTENSION: '7.x' }), ['bounces+7.x@localhost']);
  assert.deepEqual(recipientsFrom({}), []);
});
