import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openEditionSender } from '#core/edition-sender.ts';
import { SECOND } from '#core/platform/clock.ts';
import { readConfig } from '#core/platform/config.ts';
import { keepWatch } from './edition-work.ts';

/**
 * A thread of the server that sends the letters of editions, with a database connection of its own, so that a million
 * letters slow no page. It lives while there is something to send; a message from the server ends it in order.
 */
const LOOK_MS = SECOND / 2;
/** It stays for so long after the last letter: the next edition, or a lane that was put off, may come soon. */
const IDLE_MS = 10 * SECOND;

const { sender, parts, close } = openEditionSender(readConfig(), workerData as string);
const stopping = new AbortController();
parentPort?.once('message', () => stopping.abort());
const watch = keepWatch(parts, stopping.signal);

let idleSince = performance.now();
while (!stopping.signal.aborted && performance.now() - idleSince < IDLE_MS) {
  const settled = await sender.sendDue('editions', stopping.signal);
  if (settled > 0 || (await sender.hasDue('editions'))) idleSince = performance.now();
  if (settled === 0) await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => {});
}
parentPort?.close();
stopping.abort();
await watch;
await close();
