import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PostfixTools } from '../../support/postfix-tools.ts';
import { isGreeting, isPinning } from '../../support/processes.ts';
import { startSink } from '../../support/sink/sink.ts';
import { freePort, until } from '../../support/test-site.ts';

/** Where all letters of one comparison go. */
export interface CommonSink {
  name: string;
  port: number;
  stop(): Promise<void>;
}

/** Postfix's smtp-sink where there is one, else our own; on a processor of its own. */
export async function startCommonSink(tools: PostfixTools | undefined): Promise<CommonSink> {
  if (tools) return startSmtpSink(tools);
  const sink = await startSink({}, 'load');
  return { name: 'our own sink', port: sink.port, stop: () => sink.stop() };
}

const BACKLOG = '256';

async function startSmtpSink({ program, env }: PostfixTools): Promise<CommonSink> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const command = [program('smtp-sink'), ...user, `127.0.0.1:${port}`, BACKLOG];
  const whole = [...(isPinning ? ['taskset', '-c', '1'] : []), ...command];
  const child = spawn(whole[0] as string, whole.slice(1), { env, stdio: 'inherit' });
  const ended = once(child, 'exit');
  process.once('exit', () => child.kill());
  await until(() => isGreeting(port), 'smtp-sink');
  return {
    name: 'smtp-sink',
    port,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
