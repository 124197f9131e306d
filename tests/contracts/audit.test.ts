import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { actPage, actsOf } from '#core/desk/audit-list.ts';
import { type Verdict, verifyActs } from '#core/desk/verify-acts.ts';
import { type Act, recordAct, recordActs } from '#core/platform/audit.ts';
import type { Db, Engine } from '#core/platform/db.ts';
import { type TestEngine, testEngines } from '../support/engines.ts';
import { TestClock } from '../support/test-app.ts';

const SECRET = Buffer.alloc(32, 1);
const NEW_SECRET = Buffer.alloc(32, 2);
const parts = { clock: new TestClock('2026-11-24T09:00:00.000Z'), secret: SECRET };
const approve = (id: number): Act => ({
  who: 'ann',
  act: 'comment.approve',
  subject: `comment:${id}`,
  before: 'held',
  after: 'published',
});

for (const base of testEngines()) {
  describe(`on ${base.name}`, () => {
    test('acts are written with who, what, before, after and when, and the chain is whole', async (t) => {
      const { db } = await base.openMigrated(t);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), { state: 'whole', count: 0, hash: '' });
      await recordAct(db, parts, approve(1));
      await recordActs(db, parts, [approve(2), { who: 'bob', act: 'session.end', subject: 'person:2' }]);
      const acts = await Array.fromAsync(actsOf(db, {}));
      assert.deepEqual(
        acts.map(({ id, who, act, before, after }) => [id, who, act, before, after]),
        [
          [1, 'ann', 'comment.approve', 'held', 'published'],
          [2, 'ann', 'comment.approve', 'held', 'published'],
          [3, 'bob', 'session.end', null, null],
        ],
      );
      assert.equal(acts[0]?.at, '2026-11-24T09:00:00.000Z');
      const hash = acts[2]?.hash ?? '';
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), { state: 'whole', count: 3, hash });
    });

    test('an act that is taken back with its transaction is not in the log, and leaves no gap', async (t) => {
      const { db } = await base.openMigrated(t);
      await recordAct(db, parts, approve(1));
      const failing = db.transaction().execute(async (trx) => {
        await recordAct(trx, parts, approve(2));
        throw new Error('the act failed');
      });
      await assert.rejects(failing, /the act failed/);
      await recordAct(db, parts, approve(3));
      assert.deepEqual(await subjects(db), ['comment:1', 'comment:3']);
      assert.equal((await verifyActs({ db, secret: SECRET })).state, 'whole');
    });

    test('writers at once, each with a connection of its own, keep the chain without a gap', async (t) => {
      const { db, another } = await base.openMigrated(t);
      const writers = [db, another(), another(), another()];
      await Promise.all(
        writers.flatMap((writer, n) =>
          Array.from({ length: 15 }, (_, m) => recordAct(writer, parts, approve(100 * n + m))),
        ),
      );
      const verdict = await verifyActs({ db, secret: SECRET });
      assert.deepEqual([verdict.state, 'count' in verdict && verdict.count], ['whole', 60]);
    });

    test('the database itself refuses to change, delete, replace or empty', async (t) => {
      const { db } = await base.openMigrated(t);
      await recordAct(db, parts, approve(1));
      await recordAct(db, parts, approve(2));
      const tries = [
        sql`update audit set who = 'bob' where id = 1`,
        sql`delete from audit where id = 2`,
        base.engine === 'sqlite'
          ? sql`insert or replace into audit select * from audit`
          : sql`truncate audit`,
      ];
      for (const attempt of tries) await assert.rejects(attempt.execute(db), /audit log is never changed/);
      assert.equal((await verifyActs({ db, secret: SECRET })).state, 'whole');
    });

    for (const column of ['at', 'who', 'act', 'subject', 'before', 'after', 'hash'] as const)
      test(`one character changed in “${column}” is found, with its number`, async (t) => {
        const db = await withSix(t, base);
        const { rows } = await sql<{
          value: string;
        }>`select ${sql.ref(column)} as value from audit where id = 4`.execute(db);
        const value = rows[0]?.value ?? '';
        const changed = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
        await sql`update audit set ${sql.ref(column)} = ${changed} where id = 4`.execute(db);
        assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(4, 'changed'));
      });

    test('text moved from one field to the next is found', async (t) => {
      const db = await withSix(t, base);
      await sql`update audit set who = 'an', act = 'ncomment.approve' where id = 4`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(4, 'changed'));
    });

    test('no value in place of an empty one is found', async (t) => {
      const { db } = await base.openMigrated(t);
      await recordAct(db, parts, { ...approve(1), before: '' });
      await letTamper(db, base.engine);
      await sql`update audit set before = null where id = 1`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(1, 'changed'));
    });

    test('an act taken out, and one taken out with the others numbered anew, are found', async (t) => {
      const db = await withSix(t, base);
      await sql`delete from audit where id = 3`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(3, 'missing'));
      for (const id of [4, 5, 6]) await sql`update audit set id = ${id - 1} where id = ${id}`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(3, 'changed'));
    });

    test('acts that changed places are found', async (t) => {
      const db = await withSix(t, base);
      for (const [from, to] of [
        [2, 99],
        [5, 2],
        [99, 5],
      ])
        await sql`update audit set id = ${to} where id = ${from}`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(2, 'changed'));
    });

    test('an end that was cut off is found, and the next act does not hide it', async (t) => {
      const db = await withSix(t, base);
      await sql`delete from audit where id > 4`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(5, 'missing'));
      await recordAct(db, parts, approve(7));
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(5, 'missing'));
    });

    test('an end cut off together with the note of where it was is found, and the next act does not hide it', async (t) => {
      const db = await withSix(t, base);
      await sql`delete from audit where id > 4`.execute(db);
      await sql`update audit_head set id = 4, hash = (select hash from audit where id = 4)`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(4, 'end'));
      await recordAct(db, parts, approve(7));
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(5, 'end'));
      assert.deepEqual(await subjects(db), [
        'comment:1',
        'comment:2',
        'comment:3',
        'comment:4',
        'audit',
        'comment:7',
      ]);
    });

    test('a note of the end that is gone keeps nobody from acting, and is told', async (t) => {
      const db = await withSix(t, base);
      await sql`delete from audit_head`.execute(db);
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(6, 'end'));
      await recordAct(db, parts, approve(7));
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(7, 'changed', 7));
    });

    test('an act that another hand puts behind the end is found, and keeps nobody from acting', async (t) => {
      const db = await withSix(t, base);
      await sql`insert into audit select 7, at, who, act, subject, before, after, hash from audit where id = 6`.execute(
        db,
      );
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(7, 'added'));
      await recordAct(db, parts, approve(8));
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(7, 'changed'));
    });

    test('a log written anew with another key is not taken for ours', async (t) => {
      const { db } = await base.openMigrated(t);
      for (const id of [1, 2, 3]) await recordAct(db, { ...parts, secret: NEW_SECRET }, approve(id));
      assert.deepEqual(await verifyActs({ db, secret: SECRET }), broken(1, 'changed'));
    });

    test('after a change of the secret the log is whole by the old and the new one together', async (t) => {
      const { db } = await base.openMigrated(t);
      await recordAct(db, parts, approve(1));
      await recordAct(db, { ...parts, secret: NEW_SECRET }, approve(2));
      assert.deepEqual(await verifyActs({ db, secret: NEW_SECRET }), broken(1, 'changed', 2));
      const verdict = await verifyActs({ db, secret: NEW_SECRET }, { oldSecrets: [SECRET] });
      assert.deepEqual([verdict.state, 'count' in verdict && verdict.count], ['whole', 3]);
    });

    test('a hash that was noted is found again, and missed in a log that was written anew with the secret', async (t) => {
      const { db } = await base.openMigrated(t);
      for (const id of [1, 2, 3]) await recordAct(db, parts, approve(id));
      const first = await verifyActs({ db, secret: SECRET });
      const expect = 'hash' in first ? first.hash : '';
      await recordAct(db, parts, approve(4));
      const later = await verifyActs({ db, secret: SECRET }, { expect });
      assert.equal('expected' in later && later.expected, 3);
      await letTamper(db, base.engine);
      await sql`delete from audit`.execute(db);
      await sql`update audit_head set id = 0, hash = '', seal = ''`.execute(db);
      for (const id of [1, 2, 4]) await recordAct(db, parts, approve(id));
      assert.equal((await verifyActs({ db, secret: SECRET })).state, 'whole');
      assert.deepEqual(await verifyActs({ db, secret: SECRET }, { expect }), broken(3, 'expected'));
    });

    test('the newest acts alone are looked at where that is asked for', async (t) => {
      const db = await withSix(t, base);
      await sql`update audit set who = 'bob' where id = 2`.execute(db);
      assert.equal((await verifyActs({ db, secret: SECRET }, { newest: 3 })).state, 'whole');
      assert.deepEqual(await verifyActs({ db, secret: SECRET }, { newest: 5 }), broken(2, 'changed'));
    });

    test('any text comes back as it went in or cleaned, and is cut at 2 kB', async (t) => {
      const { db } = await base.openMigrated(t);
      const odd = `a\0b\n\ud800 ${'ü'.repeat(2000)}`;
      await recordAct(db, parts, {
        ...approve(1),
        who: 'Zoë "x" , \\',
        before: odd,
        after: '😀'.repeat(1000),
      });
      const [act] = await Array.fromAsync(actsOf(db, {}));
      assert.ok(act?.before?.startsWith('a b \ufffd ü'));
      for (const text of [act?.before, act?.after]) {
        assert.ok(Buffer.byteLength(text ?? '') <= 2000);
        assert.match(text ?? '', /[ü😀]…$/u);
      }
      assert.equal((await verifyActs({ db, secret: SECRET })).state, 'whole');
    });

    test('more acts at once than one statement takes are one chain, read page by page in both directions', async (t) => {
      const { db } = await base.openMigrated(t);
      await recordActs(
        db,
        parts,
        Array.from({ length: 1120 }, (_, n) => approve(n + 1)),
      );
      assert.equal((await verifyActs({ db, secret: SECRET })).state, 'whole');
      const first = await actPage(db, {}, {});
      assert.deepEqual(
        [first.acts[0]?.id, first.acts.length, first.newer, first.older],
        [1120, 50, undefined, 1071],
      );
      const second = await actPage(db, {}, { before: first.older });
      assert.deepEqual([second.acts[0]?.id, second.newer, second.older], [1070, 1070, 1021]);
      assert.deepEqual(await actPage(db, {}, { after: second.newer }), first);
      const last = await actPage(db, {}, { before: 21 });
      assert.deepEqual([last.acts.length, last.older], [20, undefined]);
      assert.equal((await actPage(db, { act: 'comment' }, {})).acts.length, 50);
      assert.equal((await actPage(db, { act: 'commen' }, {})).acts.length, 0);
      assert.equal((await actPage(db, { subject: 'comment:7', who: 'ann' }, {})).acts.length, 1);
    });
  });
}

function broken(number: number, fault: string, resealed?: number): Verdict {
  return { state: 'broken', number, fault, ...(resealed === undefined ? {} : { resealed }) } as Verdict;
}

/** Six acts, in a database whose holder has taken its guards away. */
async function withSix(t: TestContext, base: TestEngine): Promise<Db> {
  const { db } = await base.openMigrated(t);
  for (const id of [1, 2, 3, 4, 5, 6]) await recordAct(db, parts, approve(id));
  await letTamper(db, base.engine);
  return db;
}

async function letTamper(db: Db, engine: Engine): Promise<void> {
  const triggers = [
    'audit_not_changed',
    ...(engine === 'sqlite' ? ['audit_not_deleted', 'audit_not_replaced'] : []),
  ];
  for (const trigger of triggers)
    await (engine === 'sqlite'
      ? sql`drop trigger ${sql.id(trigger)}`
      : sql`drop trigger ${sql.id(trigger)} on audit`
    ).execute(db);
}

async function subjects(db: Db): Promise<string[]> {
  return (await Array.fromAsync(actsOf(db, {}))).map(({ subject }) => subject);
}
