/** Shows on a terminal how much is done, from 0 to 1. */
export function showShare(share: number, of: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${of}: ${Math.floor(share * 100)} %`);
}

export function hideShare(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

/** Does something that Ctrl-C or SIGTERM ends in good order, so that it can clean up behind itself. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  try {
    return await work(stopping.signal);
  } finally {
    for (const name of signals) process.off(name, stop);
    hideShare();
  }
}
