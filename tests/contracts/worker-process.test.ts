import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { articleFile, openNewsroom } from '../support/newsroom-on-disk.ts';
import { until } from '../support/test-site.ts';

test('a worker is the process that was started, told to take little memory, and ends in order when asked', async (t) => {
  const newsroom = await openNewsroom(Object.fromEntries([articleFile('a-story')]), { LOG_LEVEL: 'info' });
  t.after(() => newsroom.close());
  const events: string[] = [];
  const worker = newsroom.begin((line) => events.push(JSON.parse(line).event), 'worker');
  const exit = once(worker, 'exit');
  await until(() => events.includes('worker.started'), 'the start');
  const commandLine = `/proc/${worker.pid}/cmdline`;
  if (existsSync(commandLine)) assert.match(readFileSync(commandLine, 'utf8'), /--optimize-for-size/);
  worker.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
  assert.deepEqual(events.slice(-2), ['worker.started', 'worker.stopping']);
});
