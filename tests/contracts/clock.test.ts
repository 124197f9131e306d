import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { recordAct } from '#core/platform/audit.ts';
import { fixedClock, MINUTE } from '#core/platform/clock.ts';
import { writeSetting } from '#core/platform/settings.ts';
import { hasReader } from '#core/today/today-rows.ts';
import { aheadOfDatabase, clockFinding } from '#core/upkeep/clock-look.ts';
import { testEngines } from '../support/engines.ts';
import { addSubscribers } from '../support/rows.ts';

for (const { name, engine, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('what was written in a time to come speaks against the clock: an act, a session, a worker', async (t) => {
      const app = await openApp(t);
      assert.equal(await clockFinding(app), undefined);
      const finding = async () => {
        const found = await clockFinding(app);
        return found?.by === 'row' ? Math.round(found.ahead) : found;
      };
      await recordAct(app.db, app, { who: 'ann', act: 'comment.approve', subject: 'comment:1' });
      app.clock.advance(-2 * MINUTE);
      assert.equal(await finding(), -120);
      app.clock.advance(3 * MINUTE);
      const token = (await deskLink(app)).split('/').at(-2) ?? '';
      await signInByLink(app, token, { network: '192.0.2.1', device: 'A test' });
      app.clock.advance(-3 * MINUTE);
      assert.equal(await finding(), -180);
      const later = new Date(app.clock.now().getTime() + 10 * MINUTE).toISOString();
      await writeSetting(app.db, 'instance-seen', later);
      assert.equal(await finding(), -600);
    });

    test('whether anybody reads is known', async (t) => {
      const app = await openApp(t);
      await addSubscribers(app.db, ['bob'], { state: 'pending', confirmed_at: null });
      assert.equal(await hasReader(app.db), false);
      await addSubscribers(app.db, ['ann']);
      assert.equal(await hasReader(app.db), true);
    });

    if (engine === 'postgres')
      test('the database’s own clock is held against ours', async (t) => {
        const { db } = await openApp(t);
        assert.equal(await aheadOfDatabase(db), undefined, 'it runs on this machine');
        const off = fixedClock(new Date(Date.now() + 5 * MINUTE).toISOString());
        assert.equal(Math.round(((await aheadOfDatabase(db, off)) ?? 0) / 60), 5);
        const slow = fixedClock(new Date(Date.now() - 5 * MINUTE).toISOString());
        assert.equal(Math.round(((await aheadOfDatabase(db, slow)) ?? 0) / 60), -5);
      });
  });
}
