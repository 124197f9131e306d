export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** How long a task takes, in milliseconds; the first time, which also compiles it, is left out. */
export function medianMs(task: () => unknown, rounds = 31): number {
  task();
  return median(
    Array.from({ length: rounds }, () => {
      const start = performance.now();
      task();
      return performance.now() - start;
    }),
  );
}
