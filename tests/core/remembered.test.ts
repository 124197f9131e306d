import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Remembered } from '#core/platform/remembered.ts';

test('who asks while an answer is made gets that one, and it is kept for a while', async () => {
  const remembered = new Remembered<number>({ leastMs: 60_000 });
  let asked = 0;
  const ask = async () => ++asked;
  assert.deepEqual(await Promise.all([remembered.of('a', ask), remembered.of('a', ask)]), [1, 1]);
  assert.equal(await remembered.of('a', ask), 1);
  assert.equal(await remembered.of('b', ask), 2, 'each question has its own answer');
  remembered.forget('a');
  assert.equal(await remembered.of('a', ask), 3);
});

test('an answer that is of no time is asked for anew', async () => {
  const remembered = new Remembered<number>({ leastMs: 0 });
  let now = 0;
  assert.equal(await remembered.of('a', async () => now), 0);
  now = 1;
  while ((await remembered.of('a', async () => now)) === 0);
});

test('a failure is not remembered, and everybody who waited hears of it', async () => {
  const remembered = new Remembered<number>({ leastMs: 60_000 });
  const fail = async () => {
    throw new Error('no database');
  };
  const both = await Promise.allSettled([remembered.of('a', fail), remembered.of('a', fail)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await remembered.of('a', async () => 7), 7);
});

test('of many answers the oldest is let go', async () => {
  const remembered = new Remembered<number>({ leastMs: 60_000, most: 2 });
  for (const key of ['a', 'b', 'c']) await remembered.of(key, async () => 1);
  assert.equal(await remembered.of('a', async () => 2), 2);
  assert.equal(await remembered.of('c', async () => 2), 1);
});

test('a slow answer that is too old is not given any more', async () => {
  const remembered = new Remembered<number>({ leastMs: 0, restShare: 0, staleMs: 0 });
  const slow = async () => {
    const began = performance.now();
    while (performance.now() - began < 60);
    return 1;
  };
  assert.equal(await remembered.of('a', slow), 1);
  const now = performance.now();
  while (performance.now() <= now + 1);
  assert.equal(await remembered.of('a', async () => 2), 2);
});

test('a slow answer is given once more while a new one is made behind who asked', async () => {
  const remembered = new Remembered<number>({ leastMs: 0, restShare: 0 });
  const slow = async () => {
    const began = performance.now();
    while (performance.now() - began < 60);
    return 1;
  };
  assert.equal(await remembered.of('a', slow), 1);
  let asked = 0;
  const ask = async () => {
    asked++;
    return 2;
  };
  assert.equal(await remembered.of('a', ask), 1);
  assert.equal(asked, 0, 'not before it was answered');
  while ((await remembered.of('a', ask)) === 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(asked > 0);
});

test('what is made quickly is made anew each time where that is asked for, what takes long is kept', async () => {
  const remembered = new Remembered<number>({ quickMs: 30 });
  let asked = 0;
  const quick = async () => ++asked;
  assert.deepEqual([await remembered.of('quick', quick), await remembered.of('quick', quick)], [1, 2]);
  const slow = async () => {
    await sleep(40);
    return ++asked;
  };
  assert.deepEqual([await remembered.of('slow', slow), await remembered.of('slow', slow)], [3, 3]);
});
