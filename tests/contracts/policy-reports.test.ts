import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReportKind } from '#core/desk/policy-report.ts';
import { clearReports, forgetOldReports, MOST_KINDS, reportsSeen } from '#core/desk/policy-reports.ts';
import { DAY } from '#core/platform/clock.ts';
import { testEngines } from '../support/engines.ts';

const kind = (fields: Partial<ReportKind> = {}): ReportKind => ({
  source: 'site',
  directive: 'img-src',
  blocked: 'https://pictures.example.net',
  page: '/articles/*/',
  ...fields,
});

for (const { name, openApp } of testEngines()) {
  describe(`what browsers report against the policy, on ${name}`, () => {
    test('reports of one kind are one line, with how many, first and last', async (t) => {
      const app = await openApp(t);
      const first = app.clock.now().toISOString();
      for (let i = 0; i < 3; i++) app.policyReports.add(kind());
      await app.policyReports.flush();
      app.clock.advance(60_000);
      app.policyReports.add(kind());
      app.policyReports.add(kind({ page: '/' }));
      app.policyReports.add(kind({ source: 'extension', blocked: 'moz-extension:', page: '' }));
      await app.policyReports.flush();
      const seen = await reportsSeen(app);
      assert.deepEqual(
        seen.site.map(({ page, count }) => [page, count]),
        [
          ['/articles/*/', 4],
          ['/', 1],
        ],
      );
      assert.equal(Date.parse(seen.site[0]?.first_at ?? ''), Date.parse(first));
      assert.equal(Date.parse(seen.site[0]?.last_at ?? ''), Date.parse(first) + 60_000);
      assert.deepEqual(
        seen.extension.map(({ blocked, count }) => [blocked, count]),
        [['moz-extension:', 1]],
      );
      assert.equal(seen.unkept, 0);
    });

    test('thousands of kinds find no room, and push out none that was seen before', async (t) => {
      const app = await openApp(t);
      app.policyReports.add(kind({ page: '/about/' }));
      await app.policyReports.flush();
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 2000; i++)
          app.policyReports.add(kind({ blocked: `https://n${round}-${i}.example` }));
        app.policyReports.add(kind({ source: 'extension', blocked: 'chrome-extension:', page: '' }));
        await app.policyReports.flush();
      }
      app.policyReports.add(kind({ page: '/about/' }));
      await app.policyReports.flush();
      const seen = await reportsSeen(app, 10_000);
      assert.equal(seen.kinds, MOST_KINDS);
      assert.equal(seen.unkept, 6000 - (MOST_KINDS - 1));
      assert.equal(seen.site.find(({ page }) => page === '/about/')?.count, 2);
      assert.deepEqual(
        seen.extension.map(({ count }) => count),
        [3],
      );
    });

    test('what was not reported for 30 days is forgotten, and all of it when the owner says so', async (t) => {
      const app = await openApp(t);
      app.policyReports.add(kind());
      app.policyReports.add(kind({ page: '/' }));
      await app.policyReports.flush();
      app.clock.advance(20 * DAY);
      app.policyReports.add(kind({ page: '/' }));
      await app.policyReports.flush();
      app.clock.advance(11 * DAY);
      await forgetOldReports(app);
      assert.deepEqual(
        (await reportsSeen(app)).site.map(({ page }) => page),
        ['/'],
      );
      await clearReports({ ...app, who: 'owner' });
      assert.equal((await reportsSeen(app)).kinds, 0);
      const act = await app.db.selectFrom('audit').select(['who', 'act', 'before']).executeTakeFirst();
      assert.deepEqual(act, { who: 'owner', act: 'reports.clear', before: '1' });
    });
  });
}
