import { once } from 'node:events';
import path from 'node:path';
import { type Role, spawnPinned } from '../processes.ts';

export interface SinkOptions {
  /** Each reply comes so many milliseconds after what it answers: a relay that is that far away, there and back. */
  delayMs?: number;
  /**
   * How long, on average, a letter waits to be taken, and then for its 250: where a killed sender cannot know. A letter
   * whose sender goes before it is taken is not.
   */
  gapMs?: number;
  /** Writes down each letter in this file, in Postfix's words, before it is answered. */
  log?: string;
  /** The share of letters at whose dot the line goes dead, half of them taken. */
  cuts?: number;
  /** The same gaps and cuts in each run. */
  seed?: number;
}

/** What it has seen since the last reset; times in milliseconds since 1970. */
export interface Counted {
  taken: number;
  cut: number;
  connections: number;
  firstAt: number;
  lastAt: number;
}

export type SinkOrder = { until?: number; reset?: true; delayMs?: number };
export type SinkAnswer = { port: number } | { counted: Counted };

/** A relay that takes every letter and keeps none. */
export interface Sink {
  port: number;
  url: string;
  /** Resolves once so many letters have been taken; at once without a number. */
  counted(until?: number): Promise<Counted>;
  /** Counts from nought again. */
  reset(): Promise<void>;
  /** From now on each reply takes so many milliseconds. */
  pace(delayMs: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Takes mail by SMTP on a free port of 127.0.0.1, in a process of its own, which ends with this one.
 *
 * @param role `load` gives it a processor of its own, for what is measured
 */
export async function startSink(options: SinkOptions = {}, role: Role = 'any'): Promise<Sink> {
  const file = path.join(import.meta.dirname, 'sink-process.ts');
  const started = spawnPinned(role, process.execPath, [file, JSON.stringify(options)], { ipc: true });
  const answered = async () => ((await once(started.child, 'message')) as [SinkAnswer])[0];
  const first = await answered();
  const port = 'port' in first ? first.port : 0;
  const order = async (what: SinkOrder) => {
    started.child.send(what);
    const answer = await answered();
    if (!('counted' in answer)) throw new Error('the sink answered something else');
    return answer.counted;
  };
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    counted: (until) => order(until === undefined ? {} : { until }),
    reset: async () => void (await order({ reset: true })),
    pace: async (delayMs) => void (await order({ delayMs })),
    stop: () => started.stop(),
  };
}
