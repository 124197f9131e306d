import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { bareEnvironment } from './bare-environment.ts';

export type AsideOptions = Pick<ForkOptions, 'execArgv' | 'serialization'>;

/**
 * A process beside the server's, for work that may hang or take much: without its settings, and after readers where the
 * system lets us say so. What is wrong with it is heard of as its exit.
 */
export function forkAside(program: URL, options: AsideOptions): ChildProcess {
  const child = fork(program, {
    ...options,
    env: bareEnvironment(),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('error', () => {}); // heard of as an exit
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {} // refused by the system: then it takes its turn with readers
  return child;
}
