import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { closeApp, openApp } from '#core/app.ts';
import { letterLinks } from '#core/subscribers/letter-links.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { confirmToken, signUp } from '../support/readers.ts';
import { memoryLog, testConfig } from '../support/test-app.ts';
import { postForm, startSite } from '../support/test-site.ts';

const site = await startSite({ after: after as TestContext['after'] });
/** The same data, opened by another process: this one. */
const beside = await openApp(
  testConfig({ SITE_URL: site.url, DATA_DIR: site.dataDir, CONTENT_DIR: site.contentDir }),
  { log: memoryLog([]) },
);
after(() => closeApp(beside));

test('a confirmation link tells whose it is to nobody but the one who presses its button', async () => {
  const email = 'reader@example.org';
  await signUp(beside, email);
  const link = `${site.url}/newsletter/confirm/${await confirmToken(beside, email)}/`;
  const { id = '' } = (await subscriberByKey(beside.db, email)) ?? {};
  const tells = async (answer: Promise<Response>) => {
    const page = await (await answer).text();
    return [page.includes(email), page.includes(letterLinks(beside, id).preferences)];
  };
  assert.deepEqual(await tells(fetch(link)), [false, false], 'before');
  assert.deepEqual(await tells(postForm(link, {})), [true, true], 'the press');
  assert.deepEqual(await tells(fetch(link)), [false, false], 'used');
  assert.deepEqual(await tells(postForm(link, {})), [false, false], 'pressed again');
  await beside.db.updateTable('token').set({ expires_at: '2020-01-01T00:00:00.000Z' }).execute();
  assert.deepEqual(await tells(fetch(link)), [false, false], 'its time is over');
});
