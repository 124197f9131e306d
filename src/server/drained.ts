import type { ServerResponse } from 'node:http';

/**
 * Resolves once what was written has gone out, or whoever it was for has left. Astro writes what an answer's stream
 * gives as fast as it comes: a long one waits so between its pieces, or a slow reader has all of it kept in memory.
 */
export function drained(res: ServerResponse): Promise<void> {
  if (!res.writableNeedDrain || res.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const goOn = () => {
    res.off('drain', goOn);
    res.off('close', goOn);
    resolve();
  };
  res.on('drain', goOn);
  res.on('close', goOn);
  return promise;
}
