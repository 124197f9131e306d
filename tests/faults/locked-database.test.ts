import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { postForm, startSite } from '../support/test-site.ts';

const ARTICLE = '/articles/sim-swapping/';
const FIELDS = { name: 'Ann', email: 'ann@example.org', body: 'Words that came quickly' };
const OTHER = { ...FIELDS, body: 'Words that took an hour' };

test('while another process holds the database, pages are read, and what was typed goes through or is kept', async (t) => {
  const site = await startSite(t);
  const postComment = (fields = FIELDS) => postForm(`${site.url}${ARTICLE}comments/`, fields);
  const cached = [`${site.url}/`, site.url + ARTICLE];
  for (const page of cached) await fetch(page);
  const other = new Database(path.join(site.dataDir, 'watchpost.sqlite'));
  t.after(() => other.close());

  other.exec('begin immediate');
  let isPosted = false;
  const posted = postComment().finally(() => {
    isPosted = true;
  });
  const uncached = ['/articles/', '/newsletter/editions/', '/desk/sign-in/', '/readyz'].map(
    (page) => site.url + page,
  );
  for (const page of [...cached, ...uncached]) assert.equal((await fetch(page)).status, 200, page);
  assert.equal(isPosted, false);
  other.exec('commit');
  assert.equal((await posted).status, 303);

  other.exec('begin immediate');
  const [refused, signUp] = await Promise.all([
    postComment(OTHER),
    postForm(`${site.url}/newsletter/`, { email: 'ann@example.org', cadence: 'daily' }),
  ]);
  assert.deepEqual([refused.status, signUp.status], [503, 503]);
  assert.match(await refused.text(), /Words that took an hour<\/textarea>/);
  assert.match(await signUp.text(), /value="ann@example.org"/);
  assert.equal((await fetch(site.url)).status, 200);
  other.exec('commit');
  assert.equal((await postComment(OTHER)).status, 303);
});
