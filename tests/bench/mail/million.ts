import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '#core/platform/config.ts';
import { addManyReaders } from '../../support/many-readers.ts';
import { articleFile, type Newsroom, openNewsroom } from '../../support/newsroom-on-disk.ts';
import { memoryOf, untilAnswering } from '../../support/processes.ts';
import { COMMAND, NODE } from '../../support/program.ts';
import { type Sink, startSink } from '../../support/sink/sink.ts';
import { freePort, until } from '../../support/test-site.ts';
import { startOwnSender } from './own-sender.ts';
import { type Latency, pacedLoad } from './paced.ts';

const STORIES = 12;
/** What readers have chosen: a few groups, each a variant of the edition. */
const CHOSEN = ['', 'cloud', 'cloud,mobile', 'cloud,phishing', 'cloud,fraud', 'cloud,networks'];
const DOMAINS = 500;

type Say = (line: string) => void;

/**
 * An edition to very many: how soon its rows are there, how soon the first letter is out, what a reader of the site
 * feels of it, and what memory the sending takes: in the server, and in a worker of its own.
 */
export async function million(
  say: Say,
  { readers, windows }: { readers: number; windows: number },
): Promise<void> {
  const sink = await startSink();
  const port = await freePort();
  const content = Object.fromEntries(Array.from({ length: STORIES }, (_, n) => articleFile(`story-${n}`)));
  const newsroom = await openNewsroom(content, {
    ...{ SMTP_URL: sink.url, SITE_URL: `http://localhost:${port}`, PORT: String(port) },
  });
  try {
    addManyReaders(newsroom.file, readers, { domains: DOMAINS, topics: CHOSEN });
    say(
      `| ${readers.toLocaleString('en')} readers, ${CHOSEN.length} choices of topics, ${DOMAINS} domains | |`,
    );
    say('|---|---|');
    const left = await fromTheServer(say, { newsroom, sink, port, windows });
    await fromAWorker(say, { newsroom, sink, left });
  } finally {
    await sink.stop();
    newsroom.close();
  }
}

async function fromTheServer(
  say: Say,
  { newsroom, sink, port, windows }: { newsroom: Newsroom; sink: Sink; port: number; windows: number },
): Promise<number> {
  const server = begin(newsroom, 'serve');
  await untilAnswering(port, '/readyz');
  const page = `http://localhost:${port}/articles/story-0/`;
  const fresh = `http://localhost:${port}/search/?q=story`;
  const look = async () => ({ page: await pacedLoad(page, windows), fresh: await pacedLoad(fresh, 1) });
  await pacedLoad(page, 1); // warm
  const idle = await look();
  const before = memoryOf(server.pid).now;

  const maker = await startOwnSender(newsroom, sink.url, 'any');
  const first = sink.counted(1);
  const { letters, ms } = await maker.makeEdition();
  const madeAt = performance.timeOrigin + performance.now();
  await maker.stop();
  const { firstAt } = await first;
  say(`| rows made | ${(ms / 1000).toFixed(2)} s |`);
  say(`| first letter out after that | ${((firstAt - madeAt) / 1000).toFixed(2)} s |`);
  const sending = await look();
  const seen = await sink.counted();
  const rate = seen.taken / ((seen.lastAt - seen.firstAt) / 1000);
  say(`| sent meanwhile from a thread of the server | ${rate.toFixed(0)} letters/s |`);
  sayLatency(say, 'a page', idle.page, sending.page);
  sayLatency(say, 'a page rendered anew', idle.fresh, sending.fresh);
  say(
    `| the whole server | ${before.toFixed(0)} MB before, at most ${memoryOf(server.pid).most.toFixed(0)} MB |`,
  );
  await end(server);
  return letters - (await sink.counted()).taken;
}

function sayLatency(say: Say, what: string, idle: Latency, sending: Latency): void {
  const wrong = idle.wrong + sending.wrong;
  say(
    `| ${what}: p50, p99 idle; p50, p99 while sending; p99 against idle | ${ms(idle.p50)}, ${ms(idle.p99)}; ${ms(sending.p50)}, ${ms(sending.p99)}; ${(sending.p99 / idle.p99).toFixed(2)}${wrong > 0 ? `; ${wrong} WRONG` : ''} |`,
  );
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** The rest, by a worker beside; its memory is looked at to the last letter. */
async function fromAWorker(
  say: Say,
  { newsroom, sink, left }: { newsroom: Newsroom; sink: Sink; left: number },
): Promise<void> {
  await sink.reset();
  const worker = begin(newsroom, 'worker');
  const samples: number[] = [];
  let rests = 0;
  await until(
    async () => {
      samples.push(memoryOf(worker.pid).now);
      const { taken } = await sink.counted();
      await sleep(500);
      rests = taken === (await sink.counted()).taken ? rests + 1 : 0;
      return taken >= left || rests > 40;
    },
    'the last letter',
    3_600_000,
  );
  const seen = await sink.counted();
  const rate = seen.taken / ((seen.lastAt - seen.firstAt) / 1000);
  const middle = samples[samples.length >> 1] ?? Number.NaN;
  say(`| the rest by a worker of its own | ${seen.taken} of ${left}, ${rate.toFixed(0)} letters/s |`);
  say(
    `| the worker | ${middle.toFixed(0)} MB half-way, at most ${memoryOf(worker.pid).most.toFixed(0)} MB |`,
  );
  await end(worker);
  const states = newsroom.ask<{ state: string; n: number }>(
    'select state, count(*) as n from delivery group by state',
  );
  say(`| the books | ${states.map(({ state, n }) => `${n} ${state}`).join(', ')} |`);
}

function begin({ env }: Newsroom, command: string): ChildProcess {
  return spawn(NODE, [COMMAND, command], { env, cwd: projectRoot, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
