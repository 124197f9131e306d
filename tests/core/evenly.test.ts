import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { EVENLY_MS, evenly } from '#core/platform/evenly.ts';

test('an answer that is known at once comes no sooner than one that took work', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answers: string[] = [];
  const quick = evenly(Promise.resolve('quick')).then((answer) => answers.push(answer));
  const slow = evenly(turn('slow')).then((answer) => answers.push(answer));
  t.mock.timers.tick(EVENLY_MS - 1);
  for (let n = 0; n < 3; n++) await turn();
  assert.deepEqual(answers, []);
  t.mock.timers.tick(1);
  await Promise.all([quick, slow]);
  assert.deepEqual(answers.sort(), ['quick', 'slow']);
});

test('work that fails is told at once', async () => {
  await assert.rejects(evenly(Promise.reject(new Error('no address'))), /no address/);
});
