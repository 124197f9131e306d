import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { availableParallelism } from 'node:os';
import { until } from './test-site.ts';

/** Servers on one processor, the load on another: otherwise they would measure each other. */
const PROCESSOR = { server: '0', load: '1' } as const;
export const isPinning =
  availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;

/** A process on a processor of its own, where the system can do that. */
export interface Pinned {
  child: ChildProcess;
  /** Processor time so far in seconds; NaN where the system does not tell. */
  busy(): number;
  /** Memory in use, and the most that there was, in MB. */
  memory(): { now: number; most: number };
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Which processor: `any` is wherever the system puts it. */
export type Role = keyof typeof PROCESSOR | 'any';

export function spawnPinned(
  role: Role,
  command: string,
  args: readonly string[],
  { env = process.env, ipc = false } = {},
): Pinned {
  const whole = [
    ...(isPinning && role !== 'any' ? ['taskset', '-c', PROCESSOR[role]] : []),
    command,
    ...args,
  ];
  const stdio = ['ignore', 'ignore', 'inherit', ...(ipc ? ['ipc' as const] : [])] as const;
  const child = spawn(whole[0] as string, whole.slice(1), { env, stdio: [...stdio] });
  const ended = once(child, 'exit');
  return {
    child,
    busy: () => busySeconds(child.pid),
    memory: () => memoryOf(child.pid),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Waits until a server gives an answer; looks every few milliseconds. */
export async function untilAnswering(port: number, at: string): Promise<void> {
  await until(async () => {
    const answer = await fetch(`http://localhost:${port}${at}`).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer !== undefined;
  }, `an answer on port ${port}`);
}

/** Whether somebody on a port of 127.0.0.1 greets who comes, as an SMTP server does. */
export function isGreeting(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('data', () => resolve(true)).once('error', () => resolve(false));
    socket.once('data', () => socket.end('QUIT\r\n'));
  });
}

function busySeconds(pid = 0): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100; // utime and stime, in hundredths
  } catch {
    return Number.NaN;
  }
}

export function memoryOf(pid = 0): { now: number; most: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
  } catch {
    return { now: Number.NaN, most: Number.NaN };
  }
}
