import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { DAY, MINUTE } from '#core/platform/clock.ts';
import { brokenRuns, openRuns, unacknowledgedRuns } from '#core/platform/process-run-rows.ts';
import { acknowledgeRuns, beginRun, forgetOldRuns, noteGone } from '#core/platform/process-runs.ts';
import { testEngines } from '../support/engines.ts';
import type { TestApp } from '../support/test-app.ts';

/** The row of a process that is not this one: by default one that ended just now. */
async function another(app: TestApp, fields: { pid?: number; machine?: string } = {}): Promise<string> {
  const [own] = await openRuns(app.db);
  assert.ok(own);
  const run = { ...own, id: randomUUID(), pid: await deadPid(), ...fields };
  await app.db.insertInto('process_run').values(run).execute();
  return run.id;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function begun(t: TestContext, app: TestApp) {
  const run = await beginRun(app, 'serve');
  t.after(() => run.end());
  return run;
}

for (const { name, openApp } of testEngines()) {
  describe(`how processes ended, on ${name}`, () => {
    test('an orderly end is nothing to speak of', async (t) => {
      const app = await openApp(t);
      const run = await beginRun(app, 'serve');
      assert.equal((await openRuns(app.db)).length, 1);
      await run.end();
      await begun(t, app);
      assert.deepEqual(await brokenRuns(app.db, 10), []);
    });

    test('a process that is not there any more ended without a word; one that is there, or elsewhere, did not', async (t) => {
      const app = await openApp(t);
      await begun(t, app);
      const gone = await another(app);
      await another(app, { pid: process.ppid });
      const elsewhere = await another(app, { machine: 'elsewhere' });
      await noteGone(app);
      assert.deepEqual(
        (await brokenRuns(app.db, 10)).map(({ id, ending }) => [id, ending]),
        [[gone, 'unseen']],
      );
      assert.equal(app.lines.filter(({ event }) => event === 'run.ended-unseen').length, 1);
      app.clock.advance(6 * MINUTE);
      await noteGone(app);
      assert.ok((await brokenRuns(app.db, 10)).some(({ id }) => id === elsewhere));
    });

    test('an error leaves its words for the next start: no path, no secret', async (t) => {
      const app = await openApp(t);
      const run = await beginRun(app, 'worker');
      run.noteError(new RangeError('cannot read /srv/site/db/data/secret of ann@example.org'));
      await begun(t, app);
      const [broken, ...more] = await brokenRuns(app.db, 10);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [broken?.ending, broken?.error],
        ['error', 'RangeError: cannot read [path] of [mail address]'],
      );
      assert.deepEqual(
        readdirSync(app.config.dataDir).filter((file) => file.startsWith('crash-')),
        [],
      );
    });

    test('an error whose word comes later still explains what another saw end', async (t) => {
      const app = await openApp(t);
      await begun(t, app);
      const id = await another(app);
      await noteGone(app);
      const left = { id, at: app.clock.now().toISOString(), error: 'RangeError: too much' };
      writeFileSync(path.join(app.config.dataDir, `crash-${id}.json`), JSON.stringify(left));
      writeFileSync(path.join(app.config.dataDir, 'crash-half.json'), '{"id":"ha');
      await noteGone(app);
      assert.deepEqual(
        (await brokenRuns(app.db, 10)).map(({ ending, error }) => [ending, error]),
        [['error', 'RangeError: too much']],
      );
      assert.deepEqual(
        readdirSync(app.config.dataDir).filter((file) => file.startsWith('crash-')),
        [],
      );
    });

    test('what was read is acknowledged once, and forgotten after 90 days', async (t) => {
      const app = await openApp(t);
      await begun(t, app);
      const id = await another(app);
      await noteGone(app);
      assert.equal(await unacknowledgedRuns(app.db), 1);
      await acknowledgeRuns({ ...app, who: 'owner' }, id);
      assert.equal(await unacknowledgedRuns(app.db), 0);
      await assert.rejects(acknowledgeRuns({ ...app, who: 'owner' }, id), { code: 'not-found' });
      await assert.rejects(acknowledgeRuns({ ...app, who: 'owner' }, 'nothing'), { code: 'not-found' });
      const acts = await app.db.selectFrom('audit').select(['act', 'subject', 'after']).execute();
      assert.deepEqual(acts, [{ act: 'run.acknowledge', subject: `run:${id}`, after: '1' }]);
      for (let i = 0; i < 3; i++) await another(app);
      await noteGone(app);
      await acknowledgeRuns({ ...app, who: 'owner' }, 'all');
      assert.equal(await unacknowledgedRuns(app.db), 0);
      app.clock.advance(91 * DAY);
      await forgetOldRuns(app);
      assert.deepEqual(await brokenRuns(app.db, 10), []);
    });

    test('a process that ends at each start leaves no more than 500 lines, and one that runs stays', async (t) => {
      const app = await openApp(t);
      await begun(t, app);
      const [own] = await openRuns(app.db);
      assert.ok(own);
      for (let i = 0; i < 6; i++) {
        const rows = Array.from({ length: 100 }, (_, j) => ({
          ...own,
          id: randomUUID(),
          started_at: new Date(Date.parse(own.started_at) + 1000 * (100 * i + j + 1)).toISOString(),
          ended_at: own.started_at,
          ending: 'unseen' as const,
        }));
        await app.db.insertInto('process_run').values(rows).execute();
      }
      await forgetOldRuns(app);
      assert.equal((await brokenRuns(app.db, 1000)).length, 500);
      assert.deepEqual(
        (await openRuns(app.db)).map(({ id }) => id),
        [own.id],
      );
    });
  });
}
