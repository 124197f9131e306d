import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { App } from '#core/app.ts';
import { newOwner } from '#core/mail/owner.ts';
import type { EditionWork } from './edition-work.ts';

/** Memory of the thread in megabytes: letters are many and short-lived, and V8 would else let them pile up. */
const LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 160 };

/** Has a thread send the letters of editions and watch how they are received, where there are any. */
export const editionsInThread: EditionWork = { send: sendEditionsInThread, watch: async () => {} };

/**
 * Has a thread send the letters of editions, where there are any; resolves when it has ended. Whoever calls begins
 * another when there is more.
 *
 * @throws where the thread broke down; what it held is taken back first
 */
async function sendEditionsInThread({ sender, log }: App, signal: AbortSignal): Promise<undefined> {
  if (!(await sender.hasDue('editions'))) return;
  const owner = newOwner();
  const thread = new Worker(new URL('./edition-thread.ts', import.meta.url), {
    workerData: owner,
    resourceLimits: LIMITS,
  });
  log.info('edition-thread.started');
  const stop = () => thread.postMessage('stop');
  signal.addEventListener('abort', stop);
  try {
    await once(thread, 'exit'); // rejects at 'error'
    log.info('edition-thread.ended');
  } finally {
    signal.removeEventListener('abort', stop);
    await sender.recover(owner);
  }
}
