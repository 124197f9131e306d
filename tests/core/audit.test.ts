import assert from 'node:assert/strict';
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { answerComment, pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { decideComments, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { actPage, actsOf } from '#core/desk/audit-list.ts';
import { verifyActs } from '#core/desk/verify-acts.ts';
import { dismissAlert } from '#core/editions/alert-suggestions.ts';
import { makeEdition } from '#core/editions/make-edition.ts';
import {
  cancelEdition,
  holdBackEdition,
  pauseEdition,
  resumeEdition,
  scheduleEdition,
} from '#core/editions/move-edition.ts';
import { dropPlan, NO_PLAN, planState, savePlan } from '#core/editions/plan.ts';
import { decideUncertain } from '#core/editions/settle-letters.ts';
import { insertWaiting } from '#core/editions/waiting-rows.ts';
import { recordAct } from '#core/platform/audit.ts';
import { HOUR, isoAfter } from '#core/platform/clock.ts';
import { openSqlite } from '#core/platform/db.ts';
import { takeInstance } from '#core/platform/instance.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { subscriberById } from '#core/subscribers/subscriber-rows.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { command } from '../support/commands.ts';
import { byId, scenario } from '../support/comment-room.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import { openTestApp, type TestApp, temporaryFolder } from '../support/test-app.ts';

/** Every act so far: `ann comment.approve comment:1 (held → published)`. */
async function log({ db }: Pick<TestApp, 'db'>): Promise<string[]> {
  const acts = await Array.fromAsync(actsOf(db, {}));
  return acts.map(({ who, act, subject, before, after }) =>
    [who, act, subject, ...((before ?? after) ? [`(${before ?? ''} → ${after ?? ''})`] : [])].join(' '),
  );
}

/** An app with five acts in its log, and its file with everything in it. */
async function withFive(t: TestContext): Promise<{ app: TestApp; file: string }> {
  const app = await openTestApp(t);
  for (const n of [1, 2, 3, 4, 5])
    await recordAct(app.db, app, {
      ...{ who: 'ann', act: 'comment.approve', subject: `comment:${n}` },
      ...{ before: 'held', after: 'published' },
    });
  await sql`pragma wal_checkpoint(truncate)`.execute(app.db);
  return { app, file: path.join(app.config.dataDir, 'watchpost.sqlite') };
}

test('audit verify ends with 0 and says the last hash; one changed byte ends it with 1 and the number', async (t) => {
  const { app, file } = await withFive(t);
  const whole = await command(app, 'audit', 'verify');
  assert.deepEqual([whole.code, whole.errors], [0, '']);
  const hash = /^5 acts, chain whole, last hash ([0-9a-f]{64})\n$/.exec(whole.output)?.[1] ?? '';
  assert.equal((await command(app, 'audit', 'verify', '--expect', hash)).code, 0);
  const missed = await command(app, 'audit', 'verify', '--expect', '0'.repeat(64));
  assert.deepEqual([missed.code, /nowhere in it/.test(missed.output)], [1, true]);

  const bytes = readFileSync(file);
  const place = bytes.indexOf('comment:4held');
  bytes[place] = 'C'.charCodeAt(0);
  writeFileSync(file, bytes);
  const changed = await command(app, 'audit', 'verify');
  assert.equal(changed.code, 1);
  assert.match(changed.output, /^Act 4: not as it was written/);
});

test('a byte of an index is found, too, by which a list of acts would leave one out', async (t) => {
  const { app, file } = await withFive(t);
  const bytes = readFileSync(file);
  const inAct = bytes.indexOf('comment:4held');
  const places = [bytes.indexOf('comment:4'), bytes.lastIndexOf('comment:4')];
  const place = places.find((one) => one !== inAct) ?? -1;
  bytes[place] = 'C'.charCodeAt(0);
  writeFileSync(file, bytes);
  const changed = await command(app, 'audit', 'verify');
  assert.equal(changed.code, 1);
  assert.match(changed.output, /^Act 4: an index of the log does not say it as it stands/);
});

test('whichever byte of an act is changed in the file, it is found', async (t) => {
  const { app, file } = await withFive(t);
  const bytes = readFileSync(file);
  const subject = bytes.indexOf('comment:3heldpublished');
  const begin = bytes.lastIndexOf('2026-', subject);
  const end = subject + 'comment:3heldpublished'.length + 64;
  const copy = path.join(temporaryFolder(t), 'copy.sqlite');
  writeFileSync(copy, bytes);
  const handle = openSync(copy, 'r+');
  const unseen: number[] = [];
  for (let place = begin; place < end; place++) {
    const byte = bytes[place] ?? 0;
    writeSync(handle, Buffer.of(byte ^ 1), 0, 1, place);
    const db = openSqlite(copy);
    const verdict = await verifyActs({ db, secret: app.secret });
    if (verdict.state === 'whole' || verdict.number !== 3) unseen.push(place - begin);
    await db.destroy();
    writeSync(handle, Buffer.of(byte), 0, 1, place);
  }
  assert.ok(end - begin > 120);
  assert.deepEqual(unseen, []);
});

test('audit list prints acts by who, what and since when; a wrong call says what would be right', async (t) => {
  const { app } = await withFive(t);
  app.clock.advance(48 * HOUR);
  await recordAct(app.db, app, { who: 'bob', act: 'session.revoke', subject: 'session:7' });
  const lines = async (...args: string[]) => {
    const { code, output } = await command(app, 'audit', 'list', ...args);
    assert.equal(code, 0);
    return output.split('\n').filter(Boolean);
  };
  assert.equal((await lines()).length, 6);
  assert.equal(
    (await lines())[0],
    '1  2026-11-24T09:00:00.000Z  ann  comment.approve  comment:1  held → published',
  );
  assert.equal((await lines('--who', 'bob')).length, 1);
  assert.equal((await lines('--act', 'comment')).length, 5);
  assert.equal((await lines('--since', '2026-11-25')).length, 1);
  assert.equal(JSON.parse((await lines('--json', '--who', 'bob'))[0] ?? '').subject, 'session:7');
  const codes = [];
  for (const args of [
    [],
    ['mend'],
    ['list', '--since', 'soon'],
    ['list', '--act', '%'],
    ['verify', '--who', 'bob'],
    ['verify', '--expect', 'x'],
    ['verify', '--old-secret', '/nowhere'],
  ])
    codes.push((await command(app, 'audit', ...args)).code);
  assert.deepEqual(codes, [2, 2, 2, 2, 2, 2, 2]);
});

test('a page of the log holds fifty acts, or fewer where they hold much, and each stands on one page', async (t) => {
  const app = await openTestApp(t);
  const heavy = '<"&">'.repeat(400);
  for (let n = 1; n <= 80; n++) {
    const change = n > 60 ? { before: heavy, after: heavy } : {};
    await recordAct(app.db, app, { who: 'ann', act: 'plan.save', subject: `plan:${n}`, ...change });
  }
  const seen: number[][] = [];
  for (let from: { before?: number | undefined } | undefined = {}; from; ) {
    const { acts, older } = await actPage(app.db, {}, from);
    seen.push(acts.map(({ id }) => id));
    from = older === undefined ? undefined : { before: older };
  }
  assert.deepEqual(
    seen.flat(),
    Array.from({ length: 80 }, (_, n) => 80 - n),
  );
  assert.ok((seen[0]?.length ?? 0) < 10 && (seen[0]?.length ?? 0) > 1);
  assert.equal(seen.at(-2)?.length, 50);
  const back = await actPage(app.db, {}, { after: seen[1]?.[0] });
  assert.deepEqual(
    back.acts.map(({ id }) => id),
    seen[0],
  );
});

scenario('decisions about comments are in the log, one line for each comment', async ({ app, post }) => {
  const desk = { ...app, who: 'ann' };
  const [one, two] = [await post(), await post()];
  const { moderation } = await decideComments(desk, byId([one.id, two.id]), 'approve', { moderator: 'ann' });
  await undoModeration(desk, moderation, 'bob');
  await answerComment(desk, { id: one.id }, 'Thank you for that.', 'ann');
  await pinFromDesk(desk, one.id, true);
  await decideComments(desk, byId([two.id]), 'delete', { moderator: 'ann' });
  await assert.rejects(decideComments(desk, byId([two.id]), 'delete', { moderator: 'ann' }));
  const [a, b] = [`comment:${one.id}`, `comment:${two.id}`];
  const before = one.state;
  assert.deepEqual(await log(app), [
    `ann comment.approve ${a} (${before} → published)`,
    `ann comment.approve ${b} (${before} → published)`,
    `bob comment.undo ${a} (published → ${before})`,
    `bob comment.undo ${b} (published → ${before})`,
    `ann comment.approve ${a} (${before} → published)`,
    `ann comment.answer ${a} ( → comment:3)`,
    `ann comment.pin ${a}`,
    `ann comment.trash ${b} (${before} → trash)`,
  ]);
});

test('acts on editions are in the log where a person does them, and not where the site does', async (t) => {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org');
  const desk = { ...app, who: 'ann' };
  const plan = { ...NO_PLAN, lead: 'one', introduction: 'Hello' };
  await savePlan(desk, 'weekly', plan);
  await dropPlan(desk, 'weekly', (await planState(app.db, 'weekly')).version);
  const made = await makeEdition(desk, 'weekly', app.clock.now());
  assert.ok(made.state === 'made');
  const { id } = made.edition;
  await pauseEdition(desk, id, 'paused at the desk');
  await resumeEdition(desk, id);
  await decideUncertain(desk, id, 'sent');
  await cancelEdition(desk, id);
  await dismissAlert(desk, 'one');
  await takeInstance(desk);
  const at = isoAfter(app.clock.now(), HOUR);
  const waiting = { id: '2026-11-24-letter', kind: 'letter', subject: 'x', title: 'X', reason: '' } as const;
  await app.db.transaction().execute((trx) => insertWaiting(trx, { ...waiting, due_at: at, created_at: at }));
  await scheduleEdition(desk, waiting.id, at);
  await holdBackEdition(desk, waiting.id, 'later');
  const edition = `edition:${id}`;
  const acts = await log(app);
  const lines = acts.map((line) => line.replace(/\(.*/, '').trim());
  assert.deepEqual(lines, [
    'ann plan.save plan:weekly',
    'ann plan.drop plan:weekly',
    `ann edition.start ${edition}`,
    `ann edition.pause ${edition}`,
    `ann edition.resume ${edition}`,
    `ann edition.settle ${edition}`,
    `ann edition.cancel ${edition}`,
    'ann alert.dismiss alert:one',
    'ann instance.take instance',
    'ann edition.schedule edition:2026-11-24-letter',
    'ann edition.hold edition:2026-11-24-letter',
  ]);
  assert.equal(
    acts[0],
    'ann plan.save plan:weekly ({"introduction":"","lead":null} → {"introduction":"Hello","lead":"one"})',
  );
  await assert.rejects(pauseEdition(app, id, 'too much came back'), { code: 'conflict' });
  await scheduleEdition(app, waiting.id, at);
  assert.equal((await log(app)).length, acts.length);
});

test('what the console does with readers is in the log, by number and without an address', async (t) => {
  const app = await openNewsroom(t);
  const evidence = ['--evidence', 'by letter, 3 May'];
  const list = path.join(temporaryFolder(t), 'list.csv');
  writeFileSync(list, 'email\nnew@example.org\n');
  const calls = [
    ['subscribers', 'add', 'kay@example.org', ...evidence],
    ['subscribers', 'unsubscribe', 'kay@example.org', ...evidence],
    ['subscribers', 'suppress', 'kay@example.org'],
    ['subscribers', 'suppress', 'stranger@example.org'],
    ['subscribers', 'lift', 'kay@example.org', ...evidence],
    ['import', 'subscribers', list, '--dry-run'],
    ['import', 'subscribers', list],
    ['export', 'subscribers'],
    ['desk', 'link'],
  ];
  for (const call of calls) assert.equal((await command(app, ...call)).code, 0, call.join(' '));
  const { id } = await app.db
    .selectFrom('subscriber')
    .select('id')
    .where('email', '=', 'kay@example.org')
    .executeTakeFirstOrThrow();
  const kay = `subscriber:${id}`;
  assert.deepEqual(await log(app), [
    `console subscriber.add ${kay} ( → weekly)`,
    `console subscriber.unsubscribe ${kay} (confirmed → )`,
    `console subscriber.suppress ${kay} ( → by-hand)`,
    'console subscriber.suppress an address unknown here ( → by-hand)',
    `console subscriber.lift ${kay}`,
    'console subscribers.import subscribers ( → plain)',
    'console subscribers.imported subscribers ( → {"rows":1,"added":1})',
    'console subscribers.export subscribers ( → csv)',
    'console link.make desk',
  ]);
});

test('whoever is erased leaves a number in the log; what readers do themselves is not in it', async (t) => {
  const app = await openNewsroom(t);
  const [one, two] = [await addReader(app, 'ann@example.org'), await addReader(app, 'bob@example.org')];
  await unsubscribe(app, { id: one }, null, 'page');
  assert.deepEqual(await log(app), []);
  const bob = await subscriberById(app.db, two);
  assert.ok(bob);
  await eraseSubscriber({ ...app, who: 'ann' }, bob);
  assert.deepEqual(await log(app), [`ann subscriber.erase subscriber:${two}`]);
  assert.equal((await verifyActs(app)).state, 'whole');
});
