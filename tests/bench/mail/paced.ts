import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../timing.ts';

/** Asks so many times a second, whether or not answers come: few enough to cost nothing, and none waits for another. */
const A_SECOND = 100;
const WINDOW_MS = 4_000;

/** Latency in milliseconds: the medians over windows, since one hiccup of the machine is not the site's. */
export interface Latency {
  p50: number;
  p99: number;
  asked: number;
  /** Answers that were none, or not 200. */
  wrong: number;
}

export async function pacedLoad(url: string, windows: number): Promise<Latency> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const found: { p50: number; p99: number }[] = [];
  let asked = 0;
  let wrong = 0;
  for (let window = 0; window < windows; window++) {
    const answers: Promise<number>[] = [];
    const began = performance.now();
    for (let n = 0; n < (A_SECOND * WINDOW_MS) / 1000; n++) {
      const due = began + (n * 1000) / A_SECOND;
      const pause = due - performance.now();
      if (pause > 0) await sleep(pause);
      answers.push(askOnce(url, agent));
    }
    const all = await Promise.all(answers);
    const times = all.filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
    asked += all.length;
    wrong += all.length - times.length;
    const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
    found.push({ p50: at(0.5), p99: at(0.99) });
  }
  agent.destroy();
  return { p50: median(found.map(({ p50 }) => p50)), p99: median(found.map(({ p99 }) => p99)), asked, wrong };
}

/** Milliseconds to the last byte; NaN where the answer is not 200. */
function askOnce(url: string, agent: Agent): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const request = get(url, { agent }, (answer) => {
      answer
        .resume()
        .on('end', () => resolve(answer.statusCode === 200 ? performance.now() - began : Number.NaN));
    });
    request.on('error', () => resolve(Number.NaN));
  });
}
