import { once } from 'node:events';
import path from 'node:path';
import { spawnPinned } from '../../support/processes.ts';
import type { LoadJob, LoadResult } from './load.ts';

/** The load generator, in a process of its own. */
export interface Load {
  run(job: LoadJob): Promise<LoadResult>;
  stop(): Promise<void>;
}

export function startLoad(): Load {
  const started = spawnPinned('load', process.execPath, [path.join(import.meta.dirname, 'load.ts')], {
    ipc: true,
  });
  return {
    async run(job) {
      started.child.send(job);
      const [result] = (await once(started.child, 'message')) as [LoadResult & { error?: string }];
      if (result.error !== undefined) throw new Error(result.error);
      return result;
    },
    stop: () => started.stop(),
  };
}

/** Answers a second. */
export function rate({ answers, seconds }: LoadResult): number {
  return answers / seconds;
}
