import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editionTroubles } from '#core/mail/bounces/returned-rows.ts';
import { verpAddress } from '#core/mail/verp.ts';
import { fixedClock } from '#core/platform/clock.ts';
import { takeMessage } from '#core/subscribers/take-message.ts';
import { block, statusReport } from '../support/bounce-messages.ts';
import { testEngines } from '../support/engines.ts';
import { addDelivery, addSubscribers, NOW } from '../support/rows.ts';
import { memoryLog } from '../support/test-app.ts';

const EDITION = '2026-11-24-weekly';
const SECRET = Buffer.alloc(32, 7);

function report(address: string, status: string, delivery: number, words: string): Buffer {
  const failed = block({ 'Final-Recipient': `rfc822; ${address}`, Status: status });
  return statusReport([failed], { to: verpAddress({ secret: SECRET }, 'news.test', delivery), words });
}

for (const { name, openMigrated } of testEngines()) {
  describe(`on ${name}`, () => {
    test('bounces taken at once by two processes count once each, and the fifth suppresses', async (t) => {
      const { db, another } = await openMigrated(t);
      await addSubscribers(db, ['ann']);
      const given = { kind: 'digest', cadence: 'weekly', state: 'sent', title: 'x', contents: '{}' } as const;
      const times = { since: NOW, until: NOW, created_at: NOW };
      await db
        .insertInto('edition')
        .values({ id: EDITION, ...given, ...times, reason: '', last_story: 0 })
        .execute();
      await addDelivery(db, 'ann', { kind: 'digest', edition_id: EDITION, state: 'sent' });
      const { id } = await db.selectFrom('delivery').select('id').executeTakeFirstOrThrow();
      const both = [db, another()].map((each) => ({
        db: each,
        clock: fixedClock(NOW),
        secret: SECRET,
        log: memoryLog([]),
      }));
      const states: string[] = [];
      for (const words of ['one', 'two', 'three', 'four', 'five']) {
        const message = report('ann@example.org', '5.2.2', id, words);
        const dry = await Promise.all(both.map((parts) => takeMessage(parts, message, [], { dryRun: true })));
        assert.deepEqual(dry[0]?.taken, dry[1]?.taken);
        const taken = await Promise.all(both.map((parts) => takeMessage(parts, message, [])));
        states.push(
          taken
            .map((one) => one.taken[0]?.state)
            .sort()
            .join(),
        );
      }
      const counted = 'counted,taken-before';
      assert.deepEqual(states, [counted, counted, counted, counted, 'suppressed,taken-before']);
      const { state } = await db.selectFrom('subscriber').select('state').executeTakeFirstOrThrow();
      assert.equal(state, 'unsubscribed');
      assert.deepEqual(await editionTroubles(db, EDITION), { sent: 1, bounced: 1, complaints: 0 });
    });
  });
}
