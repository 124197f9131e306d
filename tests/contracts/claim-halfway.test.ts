import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KyselyPlugin } from 'kysely';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { testEngines } from '../support/engines.ts';
import { addEdition, EDITION, plainSender } from '../support/outbox.ts';
import { startScriptedRelay } from '../support/scripted-relay.ts';
import { memoryLog, TestClock } from '../support/test-app.ts';

/** PostgreSQL ends one of two workers' claims where they block each other (40P01): here the second that finds letters. */
function deadlock(): KyselyPlugin {
  let found = 0;
  return {
    transformQuery({ node }) {
      if (node.kind === 'UpdateQueryNode' && 'returning' in node && found === 1) {
        found++;
        throw new Error('deadlock detected');
      }
      return node;
    },
    async transformResult({ result }) {
      if (result.rows.some((row) => row.state === 'claimed')) found++;
      return result;
    },
  };
}

for (const engine of testEngines())
  test(`on ${engine.name}: a claim that fails midway keeps no letter from being sent`, async (t) => {
    const { db } = await engine.openMigrated(t);
    await addEdition(
      db,
      Array.from({ length: 100 }, (_, n) => `reader${n}@d${n % 10}.test`),
    );
    const relay = await startScriptedRelay(t, () => undefined, { pipelining: true });
    const clock = new TestClock('2026-11-24T09:00:00.000Z');
    const sender = plainSender({ db: db.withPlugin(deadlock()), clock, log: memoryLog([]) }, relay.url);
    t.after(() => sender.close());
    await assert.rejects(sender.sendDue(), /deadlock/);
    while ((await sender.sendDue()) > 0);
    assert.deepEqual(await deliveryCounts(db, EDITION), { sent: 100 });
  });
