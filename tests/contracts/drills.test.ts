import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  claimDrill,
  drillPage,
  dropClaim,
  keepDrill,
  lastDrill,
  noteScene,
  ruleHeld,
  runningDrill,
} from '#core/desk/drills.ts';
import { AppError } from '#core/platform/errors.ts';
import { testEngines } from '../support/engines.ts';
import { SAMPLE_DRILL } from '../support/sample-drill.ts';
import { TestClock } from '../support/test-app.ts';

for (const base of testEngines()) {
  describe(`the last drill on ${base.name}`, () => {
    test('is kept in place of the one before, with its pages', async (t) => {
      const { db } = await base.openMigrated(t);
      assert.equal(await lastDrill(db), undefined);
      assert.equal(await drillPage(db, 'a'), undefined);
      await keepDrill(db, { ...SAMPLE_DRILL, scenes: [] }, { a: 'one' });
      await keepDrill(db, SAMPLE_DRILL, { b: '<p>two</p>' });
      assert.deepEqual(await lastDrill(db), SAMPLE_DRILL);
      assert.equal(await drillPage(db, 'a'), undefined);
      assert.equal(await drillPage(db, 'b'), '<p>two</p>');
    });

    test('of many that begin one in the same moment, one does', async (t) => {
      const { db } = await base.openMigrated(t);
      const parts = { db, clock: new TestClock('2026-11-24T09:00:00.000Z'), secret: Buffer.alloc(32, 1) };
      for (const word of ['first', 'second'] as const) {
        const begun = await Promise.allSettled(
          ['ann', 'bob', 'cleo'].map((name) => claimDrill({ ...parts, who: `${name}-${word}` })),
        );
        const claimed = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
        assert.equal(claimed.length, 1);
        const refused = begun.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
        assert.ok(refused.every((error) => error instanceof AppError && error.code === 'conflict'));
        const [running] = claimed;
        assert.ok(running);
        await noteScene(db, running, 'disk-full');
        assert.deepEqual(await runningDrill(parts), { ...running, scene: 'disk-full' });
        await dropClaim(db);
        assert.equal(await runningDrill(parts), undefined);
      }
      const acts = await db.selectFrom('audit').select('act').execute();
      assert.deepEqual(
        acts.map(({ act }) => act),
        ['drill.play', 'drill.play'],
      );
    });
  });
}

test('a drill held the rule where nothing that was played broke it, and it came to its end', () => {
  const [notPlayed, held] = SAMPLE_DRILL.scenes;
  assert.ok(notPlayed && held);
  assert.ok(!ruleHeld(SAMPLE_DRILL));
  assert.ok(ruleHeld({ ...SAMPLE_DRILL, scenes: [notPlayed, held] }));
  assert.ok(!ruleHeld({ ...SAMPLE_DRILL, scenes: [held], failed: 'It ended before it was through.' }));
});
