import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '#core/platform/db.ts';
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
  assert.equal(await post('/hooks/postmark/', complaint('x'.repeat(70_000)), proved), 413);
  // SNS sends JSON as text/plain.
  assert.equal(
    await post('/hooks/ses/', complaint('bob@example.org'), { 'content-type': 'text/plain' }),
    403,
  );
  assert.equal(await post('/hooks/other/', '{}', proved), 404);
  assert.equal((await fetch(new URL('/hooks/postmark/', site.url))).status, 404, 'there is nothing to read');

  const rows = await db.selectFrom('subscriber').select(['id', 'state']).orderBy('id').execute();
  assert.deepEqual(rows, [
    { id: 'ann', state: 'unsubscribed' },
    { id: 'bob', state: 'confirmed' },
  ]);
  assert.doesNotMatch(JSON.stringify(site.lines), /example\.org|a-secret/);
});
