import { setTimeout as sleep } from 'node:timers/promises';
import { addManyReaders } from '../../support/many-readers.ts';
import { articleFile, type Newsroom, openNewsroom } from '../../support/newsroom-on-disk.ts';
import { spawnPinned, untilAnswering } from '../../support/processes.ts';
import { COMMAND, NODE } from '../../support/program.ts';
import { startSink } from '../../support/sink/sink.ts';
import { freePort, until } from '../../support/test-site.ts';
import { startOwnSender } from '../mail/own-sender.ts';
import { median } from '../timing.ts';
import { openDesk } from './open-desk.ts';

/** Each reply of the relay takes so long. */
const DELAY_MS = 20;
const READERS = 10_000;
/** After a pause nothing comes any more; that is looked at for so long. */
const QUIET_MS = 2000;

/** How long after the press of Pause the last letter goes out, where a thread of the server sends and where a worker does. */
export async function measurePausing(say: (line: string) => void, rounds: number): Promise<void> {
  say('| Pause at the desk, a relay 20 ms away | the last letter after the answer: median, most |');
  say('|---|---|');
  for (const by of ['a thread of the server', 'a worker of its own'] as const) {
    const times = await withEdition(by === 'a worker of its own', rounds);
    say(`| sent by ${by} | ${median(times).toFixed(0)} ms, ${Math.max(...times).toFixed(0)} ms |`);
  }
}

async function withEdition(isApart: boolean, rounds: number): Promise<number[]> {
  const sink = await startSink({ delayMs: DELAY_MS });
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const content = Object.fromEntries([articleFile('story-0')]);
  const env = { SMTP_URL: `${sink.url}?maxConnections=8`, SITE_URL: origin, PORT: String(port) };
  const newsroom = await openNewsroom(content, env);
  addManyReaders(newsroom.file, READERS);
  const begin = (command: string, more: NodeJS.ProcessEnv = {}) =>
    spawnPinned('any', NODE, [COMMAND, command], { env: { ...newsroom.env, ...more } });
  const processes = [begin('serve', isApart ? { WORKER: 'off' } : {})];
  if (isApart) processes.push(begin('worker'));
  try {
    await untilAnswering(port, '/readyz');
    return await pauses(newsroom, origin, sink, rounds);
  } finally {
    for (const one of processes) await one.stop();
    await sink.stop();
    newsroom.close();
  }
}

async function pauses(
  newsroom: Newsroom,
  origin: string,
  sink: Awaited<ReturnType<typeof startSink>>,
  rounds: number,
): Promise<number[]> {
  const desk = await openDesk(newsroom, origin);
  const maker = await startOwnSender(newsroom, sink.url, 'any');
  await maker.makeEdition();
  await maker.stop();
  const [edition] = newsroom.ask<{ id: string }>("select id from edition where state = 'sending'");
  const at = `/desk/editions/${edition?.id}/`;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { taken } = await sink.counted();
    await until(async () => (await sink.counted()).taken > taken + 100, 'letters on their way');
    await desk.post(at, { action: 'pause', id: edition?.id ?? '' });
    const pausedAt = performance.timeOrigin + performance.now();
    await sleep(QUIET_MS);
    times.push(Math.max(0, (await sink.counted()).lastAt - pausedAt));
    await desk.post(at, { action: 'resume', id: edition?.id ?? '' });
  }
  return times;
}
