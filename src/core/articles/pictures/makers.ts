import type { ChildProcess } from 'node:child_process';
import { SECOND } from '../../platform/clock.ts';
import { type AsideOptions, forkAside } from '../../platform/fork-aside.ts';
import type { Job, JobDone } from './job.ts';
import { Turns } from './turns.ts';

const AT_ONCE = 2;
/** Longer than the library's own limit; what has not ended by then is hung. */
const ENDED_AFTER = 30 * SECOND;
const IDLE_AFTER = 20 * SECOND;
const PROGRAM = new URL('./maker-process.ts', import.meta.url);
const OPTIONS: AsideOptions = { execArgv: [], serialization: 'advanced' }; // bytes travel as bytes

/** Makes pictures in processes of their own, two at a time, which begin when needed and end when idle. */
export class Makers {
  readonly #turns = new Turns(AT_ONCE);
  readonly #idle = new Map<ChildProcess, NodeJS.Timeout>();
  readonly #working = new Set<ChildProcess>();

  /** @throws where it cannot be made; AppError `unavailable` where many wait already */
  make(job: Job): Promise<Uint8Array> {
    return this.#turns.take(async () => {
      const maker = this.#idleOne() ?? forkAside(PROGRAM, OPTIONS);
      this.#working.add(maker);
      try {
        const done = await outcome(maker, job);
        if ('failed' in done) throw new Error(done.failed);
        return done.bytes;
      } finally {
        this.#working.delete(maker);
        this.#rest(maker);
      }
    });
  }

  close(): void {
    this.#turns.close();
    for (const maker of [...this.#idle.keys(), ...this.#working]) maker.kill('SIGKILL');
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
  }

  #idleOne(): ChildProcess | undefined {
    const [found] = this.#idle;
    if (!found) return undefined;
    const [maker, timer] = found;
    clearTimeout(timer);
    this.#idle.delete(maker);
    return isAlive(maker) ? maker : this.#idleOne();
  }

  #rest(maker: ChildProcess): void {
    if (!isAlive(maker)) return;
    const end = () => {
      this.#idle.delete(maker);
      maker.kill('SIGKILL'); // it has nothing to finish
    };
    this.#idle.set(maker, setTimeout(end, IDLE_AFTER).unref());
  }
}

function isAlive({ connected, exitCode, signalCode }: ChildProcess): boolean {
  return connected && exitCode === null && signalCode === null;
}

/** The answer to one job; a maker that hangs is ended, one that has ended is said to have. */
async function outcome(maker: ChildProcess, job: Job): Promise<JobDone> {
  const { promise, resolve } = Promise.withResolvers<JobDone>();
  const ended = () => resolve({ failed: 'the process that made it ended' });
  const hung = setTimeout(() => maker.kill('SIGKILL'), ENDED_AFTER);
  maker.once('message', resolve).once('exit', ended);
  maker.ref();
  maker.channel?.ref();
  try {
    maker.send(job, (error) => error && ended());
    return await promise;
  } finally {
    clearTimeout(hung);
    maker.off('message', resolve).off('exit', ended);
    maker.unref();
    maker.channel?.unref();
  }
}
