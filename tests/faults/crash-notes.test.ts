import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { closeApp, openApp } from '#core/app.ts';
import { brokenRuns } from '#core/platform/process-run-rows.ts';
import { memoryLog, temporaryFolder, testConfig } from '../support/test-app.ts';
import { startSite, type TestSite } from '../support/test-site.ts';

async function runsOf(t: TestContext, site: TestSite) {
  const beside = await openApp(
    testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }),
    { log: memoryLog([]) },
  );
  t.after(() => closeApp(beside));
  return brokenRuns(beside.db, 10);
}

test('a site that was killed with -9 says so after its next start; one that ended as it should does not', async (t) => {
  const site = await startSite(t);
  await site.stop();
  await site.start();
  assert.deepEqual(await runsOf(t, site), []);
  await site.stop('SIGKILL');
  await site.start();
  const runs = await runsOf(t, site);
  assert.deepEqual(
    runs.map(({ job, ending, error }) => [job, ending, error]),
    [['serve', 'unseen', null]],
  );
  assert.ok(site.lines.some(({ event }) => event === 'run.ended-unseen'));
});

test('a site that ends by an error says by which, without its paths and secrets; the stack is in the log', async (t) => {
  const fault = path.join(temporaryFolder(t), 'fault.mjs');
  writeFileSync(
    fault,
    `process.on('SIGUSR2', () => setImmediate(() => {
      throw new TypeError('no such thing in /srv/site/a.ts with hunter-the-second');
    }));`,
  );
  const site = await startSite(t, {
    NODE_OPTIONS: `--import ${pathToFileURL(fault).href}`,
    AKISMET_KEY: 'hunter-the-second',
    AKISMET_URL: 'http://127.0.0.1:9',
  });
  assert.equal(await site.stop('SIGUSR2'), 1);
  const line = await site.logged(({ event }) => event === 'bug.uncaught-exception');
  assert.match(JSON.stringify(line), /fault\.mjs/, 'the log has the stack');
  await site.start();
  assert.deepEqual(
    (await runsOf(t, site)).map(({ ending, error }) => [ending, error]),
    [['error', 'TypeError: no such thing in [path] with […]']],
  );
});
