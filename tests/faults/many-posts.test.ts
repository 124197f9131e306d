import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '#core/platform/db.ts';
import { NO_FLOOD, setRules } from '../support/comment-rules.ts';
import { publishBeside } from '../support/published-comment.ts';
import { randomShares } from '../support/random.ts';
import { postForm, startSite, type TestSite } from '../support/test-site.ts';

const ARTICLE = 'sim-swapping';
const POSTS = 1_000;
const AT_ONCE = 16;
const SEED = 20_261_124;

/** When its answer came, and where to; or that none came. */
type Answer = { status: number; receipt: string } | undefined;

test('of a thousand posts between six kill -9, each that got its 303 is there, once, with a number of its own', async (t) => {
  const site = await startSite(t, { WORKER: 'off' });
  setRules(site, NO_FLOOD);
  await site.stop();
  await site.start(); // it has read the rules
  await publishBeside(site, ARTICLE, [{ name: 'Ann', body: 'I am known here.' }]);
  const random = randomShares(SEED);
  const kills = Array.from({ length: 6 }, () => Math.floor(random() * POSTS)).sort(
    (one, other) => one - other,
  );
  const answers: Answer[] = Array(POSTS).fill(undefined);
  let next = 0;
  let restarting: Promise<void> = Promise.resolve();
  const client = async () => {
    for (let n = next++; n < POSTS; n = next++) {
      if (n === kills[0]) {
        kills.shift();
        restarting = restart(site, random() * 20);
      }
      answers[n] = await post(site, n);
      if (answers[n] === undefined) {
        await restarting;
        // Half try again, as people do: what was saved before is not saved twice.
        if (n % 2 === 0) answers[n] = await post(site, n);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  await restarting;

  const given = answers.flatMap((answer, n) => (answer?.status === 303 ? [{ n, ...answer }] : []));
  assert.ok(answers.includes(undefined), 'some were cut off');
  assert.ok(given.length > POSTS / 2, `${given.length} got their 303`);
  for (const answer of answers)
    assert.ok([undefined, 303, 409].includes(answer?.status), `${answer?.status}`);
  for (const { receipt, n } of given.filter((_, i) => i % 20 === 0))
    assert.match(await (await fetch(site.url + receipt)).text(), new RegExp(`Post ${n}\\b`));

  const { db } = openDatabase({ dataDir: site.dataDir });
  t.after(() => db.destroy());
  const rows = await db.selectFrom('comment').select(['id', 'body', 'state', 'number']).execute();
  const copies = Map.groupBy(rows, ({ body }) => body);
  for (const [n, answer] of answers.entries()) {
    const count = copies.get(words(n))?.length ?? 0;
    assert.ok(count <= 1, `post ${n} is there ${count} times`);
    if (answer) assert.equal(count, 1, `post ${n} got ${answer.status} and is not there`);
  }
  const published = rows.filter(({ state }) => state === 'published');
  assert.equal(published.length, rows.length, 'each was placed in the transaction that saved it');
  const numbers = published.map(({ number }) => number).sort((one, other) => (one ?? 0) - (other ?? 0));
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, i) => i + 1),
  );
  const discussion = await db
    .selectFrom('discussion')
    .selectAll()
    .where('article', '=', ARTICLE)
    .executeTakeFirst();
  assert.deepEqual([discussion?.published, discussion?.last_number], [published.length, published.length]);
  const events = await db
    .selectFrom('comment_event')
    .select('comment_id')
    .where('state', '=', 'published')
    .execute();
  assert.equal(
    new Set(events.map(({ comment_id }) => comment_id)).size,
    events.length,
    'none was published twice',
  );
});

/** A known commenter's, so that it is numbered and counted at once. Each in words of its own, as alike ones are held. */
const words = (n: number) => `Post ${n} ${[n, n * 7, n * 13].map((k) => `${LETTERS[k % 26]}${k}`).join(' ')}`;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

async function post(site: TestSite, n: number): Promise<Answer> {
  const fields = { name: 'Ann', email: 'ann@example.org', website: '', body: words(n) };
  try {
    const response = await postForm(`${site.url}/articles/${ARTICLE}/comments/`, fields);
    await response.arrayBuffer();
    return { status: response.status, receipt: response.headers.get('location') ?? '' };
  } catch {
    return undefined; // killed before it had answered
  }
}

async function restart(site: TestSite, afterMs: number): Promise<void> {
  await sleep(afterMs); // into the middle of some post
  await site.stop('SIGKILL');
  await site.start();
}
