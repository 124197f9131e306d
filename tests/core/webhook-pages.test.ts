import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { type Db, openSqlite } from '#core/platform/db.ts';
import { addSubscribers } from '../support/rows.ts';
import { startSite } from '../support/test-site.ts';

const SECRET = 'a-secret-of-sixteen';

test('the addresses for providers take what is proved, and say by their status why not', async (t) => {
  const site = await startSite(t, {
    POSTMARK_WEBHOOK_SECRET: SECRET,
    SES_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:bounces',
  });
  const db = openSqlite(path.join(site.dataDir, 'watchpost.sqlite'));
  t.after(() => db.destroy());
  await addSubscribers(db, ['ann', 'bob']);
  const post = async (where: string, body: string, headers: Record<string, string>) => {
    const answer = await fetch(new URL(where, site.url), { method: 'POST', body, headers });
    return answer.status;
  };
  const json = { 'content-type': 'application/json' };
  const proved = { ...json, authorization: `Basic ${Buffer.from(`watchpost:${SECRET}`).toString('base64')}` };
  const complaint = (Email: string) => JSON.stringify({ RecordType: 'SpamComplaint', ID: 1, Email });

  assert.equal(await post('/hooks/postmark/', complaint('bob@example.org'), json), 403);
  assert.equal(await post('/hooks/postmark/', complaint('ann@example.org'), proved), 200);
  // SNS sends JSON as text/plain.
  assert.equal(
    await post('/hooks/ses/', complaint('bob@example.org'), { 'content-type': 'text/plain' }),
    403,
  );
  assert.equal(await post('/hooks/other/', '{}', proved), 404);
  assert.equal((await fetch(new URL('/hooks/postmark/', site.url))).status, 404, 'there is nothing to read');

  assert.deepEqual(await readerStates(db), { ann: 'unsubscribed', bob: 'confirmed' });

  // Who quotes the letter needs more room than a form; there is an end to it all the same.
  const quoting = (Email: string, length: number) =>
    JSON.stringify({ RecordType: 'SpamComplaint', ID: 2, Email, Content: '' }).replace(
      /"}$/,
      `${'x'.repeat(length)}"}`,
    );
  assert.equal(await post('/hooks/postmark/', quoting('bob@example.org', 300_000), proved), 200);
  assert.equal((await readerStates(db)).bob, 'unsubscribed');
  for (const where of ['/hooks/postmark/', '/hooks/ses/'])
    assert.deepEqual(
      [await post(where, 'x'.repeat(512 * 1024), json), await post(where, 'x'.repeat(512 * 1024 + 1), json)],
      [403, 413],
      where,
    );
  assert.equal(await post('/hooks/other/', 'x'.repeat(70_000), json), 413);
  assert.doesNotMatch(JSON.stringify(site.lines), /example\.org|a-secret/);
});

async function readerStates(db: Db): Promise<Record<string, string>> {
  const rows = await db.selectFrom('subscriber').select(['id', 'state']).orderBy('id').execute();
  return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
}
