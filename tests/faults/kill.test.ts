import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { openDatabase } from '#core/platform/db.ts';
import { startAkismetFake } from '../support/akismet-fake.ts';
import { letterOf, startSmtpFake } from '../support/smtp-fake.ts';
import { linksIn, postForm, startSite, until } from '../support/test-site.ts';

const ARTICLE = 'sim-swapping';

test('a comment whose 303 was given is there after kill -9, and is settled once', async (t) => {
  const akismet = await startAkismetFake();
  t.after(() => akismet.stop());
  akismet.mode = 'silent';
  const site = await startSite(t, { AKISMET_KEY: akismet.key, AKISMET_URL: akismet.url });
  const receipts: string[] = [];
  for (let round = 0; round < 2; round++) {
    const fields = { name: 'Ann', email: 'ann@example.org', body: `Round ${round}` };
    const response = await postForm(`${site.url}/articles/${ARTICLE}/comments/`, fields);
    assert.equal(response.status, 303);
    await site.stop('SIGKILL');
    receipts.push(response.headers.get('location') ?? '');
    await site.start();
    const page = await (await fetch(site.url + receipts[round])).text();
    assert.match(page, /data-state="unchecked"/);
    assert.match(page, new RegExp(`Round ${round}`));
  }
  akismet.mode = 'normal';
  for (const receipt of receipts) {
    await until(
      async () => /data-state="held"/.test(await (await fetch(site.url + receipt)).text()),
      'the comment being held',
    );
  }
});

test('kill -9 in the middle of sending loses no letter silently and doubles none', async (t) => {
  const relay = await startSmtpFake();
  t.after(() => relay.stop());
  const site = await startSite(t, { SMTP_URL: relay.url });
  const readers = Array.from({ length: 60 }, (_, i) => `reader${i}@example.org`);
  const signUps = readers.map((email) => postForm(`${site.url}/newsletter/`, { email, cadence: 'weekly' }));
  for (const { status } of await Promise.all(signUps)) assert.equal(status, 303);
  await relay.until(readers.length);
  for (const { raw } of [...relay.messages]) {
    const link = linksIn(letterOf(raw).text).find((one) => one.includes('/newsletter/confirm/'));
    assert.equal((await postForm(link ?? '', {})).status, 200);
  }
  await site.stop();
  const sender = site.beginCommand('digest', 'send', '--cadence', 'weekly');
  // Welcomes may still be on their way.
  const digests = () => relay.messages.filter(({ text }) => /^Message-ID: <[\d-]+-weekly\./m.test(text));
  await until(() => digests().length > 10, 'the first letters');
  sender.kill('SIGKILL');
  await site.start();

  const { db } = openDatabase({ dataDir: site.dataDir });
  t.after(() => db.destroy());
  const edition = (await db.selectFrom('edition').select('id').executeTakeFirstOrThrow()).id;
  await until(async () => {
    const { sent = 0, uncertain = 0 } = await deliveryCounts(db, edition);
    return sent + uncertain === readers.length;
  }, 'every row being settled');

  const got = digests().map((message) => message.to[0] ?? '');
  assert.equal(new Set(got).size, got.length, 'nobody got it twice');
  const rows = await db
    .selectFrom('delivery')
    .select(['recipient', 'state'])
    .where('edition_id', '=', edition)
    .execute();
  for (const { recipient, state } of rows)
    assert.ok(got.includes(recipient) || state === 'uncertain', `${recipient} is ${state}`);
  assert.match((await site.command('digest', 'send', '--cadence', 'weekly')).stdout, /nothing new/);
});
