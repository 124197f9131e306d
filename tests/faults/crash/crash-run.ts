import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addManyReaders } from '../../support/many-readers.ts';
import { articleFile, type Newsroom, openNewsroom } from '../../support/newsroom-on-disk.ts';
import { type Sink, startSink } from '../../support/sink/sink.ts';
import { type Kill, killPlan } from './kill-plan.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface CrashOptions {
  kills: number;
  recipients: number;
  /** Whether the worker is given the relay's log to settle by. */
  isSettling: boolean;
  /** The share of letters at whose dot the relay hangs up, half of them taken. */
  cuts?: number;
  /** Where it is killed, how long the relay takes, and where it hangs up. */
  seed: number;
  /** Told how far it is. */
  onKill?: (kills: number, taken: number) => void;
}

/** What came of a run; `cut`: so often the relay hung up at the dot. */
export interface CrashOutcome extends Verdict {
  kills: number;
  cut: number;
  seconds: number;
  /** What the workers said of bugs. */
  errors: string[];
}

/** Connections to the relay: as many letters may be at the dot when a kill comes. */
export const LANES = 5;
/** How long, on average, the relay lets a letter that it has taken wait for its 250: there a kill hurts most. */
const GAP_MS = 2;
const LOOK_MS = 100;
/** Where nothing is settled for so long, the run has failed. */
const PATIENCE_MS = 120_000;

/**
 * An edition to many, whose sender is killed by SIGKILL again and again, at points told by the seed: after so many
 * letters, or so long after its start. The relay outlives it, and writes down each letter before it answers.
 */
export async function crashRun(options: CrashOptions): Promise<CrashOutcome> {
  const began = performance.now();
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-crash-'));
  const log = path.join(dir, 'relay.log');
  const sink = await startSink({ log, gapMs: GAP_MS, cuts: options.cuts ?? 0, seed: options.seed });
  const newsroom = await openNewsroom(Object.fromEntries([articleFile('outage')]), {
    SMTP_URL: `${sink.url}?maxConnections=${LANES}`,
  });
  try {
    addManyReaders(newsroom.file, options.recipients);
    const errors: string[] = [];
    const kills = await sendWithKills({ ...options, newsroom, sink, log, errors });
    const { cut } = await sink.counted();
    const seconds = (performance.now() - began) / 1000;
    return { ...(await verdictOf(newsroom, readFileSync(log, 'utf8'))), kills, cut, seconds, errors };
  } finally {
    await sink.stop();
    newsroom.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

type Run = CrashOptions & { newsroom: Newsroom; sink: Sink; log: string; errors: string[] };

/** Starts the sender as often as it takes; the number of kills that hit a running one. */
async function sendWithKills(run: Run): Promise<number> {
  const plan = killPlan(run);
  let kills = 0;
  for (;;) {
    const command = commandOf(run);
    const worker = run.newsroom.begin((line) => run.errors.push(line), ...command);
    const ended = once(worker, 'exit');
    const kill = plan.shift();
    const why = await Promise.race([
      kill ? moment(run.sink, kill).then(() => 'kill' as const) : untilSettled(run),
      ended.then(() => 'ended' as const),
    ]);
    if (why === 'ended' && command[0] === 'digest' && isMade(run)) continue; // it has done what it was to do
    if (why === 'ended') throw new Error(`the sender ended with ${worker.exitCode}: ${run.errors.at(-1)}`);
    worker.kill(why === 'kill' ? 'SIGKILL' : 'SIGTERM');
    await ended;
    if (why === 'settled' && (await isDone(run))) return kills;
    if (why === 'settled') continue;
    kills++;
    run.onKill?.(kills, (await run.sink.counted()).taken);
  }
}

/** Where the relay hung up at a dot after the last start, the command settles that beside no worker; false where more is to be sent. */
async function isDone({ newsroom, isSettling, log }: Run): Promise<boolean> {
  if (!isSettling) return true;
  const [edition] = newsroom.ask<{ id: string }>('select id from edition');
  const { code, stderr } = await newsroom.command('deliveries', edition?.id ?? '', '--relay-log', log);
  if (code !== 0) throw new Error(`the relay's log settled nothing: ${stderr}`);
  return waiting(newsroom) === 0;
}

/** The edition is made by hand; from then on a worker sends it. */
function commandOf({ newsroom, isSettling, log }: Run): string[] {
  if (!isMade({ newsroom })) return ['digest', 'send', '--cadence', 'weekly'];
  return isSettling ? ['worker', '--relay-log', log] : ['worker'];
}

function isMade({ newsroom }: Pick<Run, 'newsroom'>): boolean {
  return newsroom.ask('select 1 from delivery limit 1').length > 0;
}

async function moment(sink: Sink, kill: Kill): Promise<void> {
  if ('afterMs' in kill) await sleep(kill.afterMs);
  else await sink.counted(kill.afterLetters);
}

/** Resolves once no row waits any more; rejects where nothing moves. */
async function untilSettled({ newsroom }: Run): Promise<'settled'> {
  let last = waiting(newsroom);
  let movedAt = performance.now();
  while (last > 0) {
    await sleep(LOOK_MS);
    const now = waiting(newsroom);
    if (now !== last) movedAt = performance.now();
    if (performance.now() - movedAt > PATIENCE_MS) throw new Error(`${now} rows wait, and nothing moves`);
    last = now;
  }
  return 'settled';
}

function waiting(newsroom: Newsroom): number {
  const [row] = newsroom.ask<{ n: number }>(
    `select count(*) as n from delivery where state in ('queued', 'claimed', 'at-the-dot', 'deferred')`,
  );
  return row?.n ?? 0;
}
