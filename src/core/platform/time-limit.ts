import vm from 'node:vm';

/** Only a script that V8 itself runs can be ended from outside; it calls the job. */
const sandbox = vm.createContext({ job: undefined as (() => unknown) | undefined });
const callJob = new vm.Script('job()');

/** A computation took longer than it was given. */
export class TimeLimitError extends Error {}

/**
 * Computes something that ends by itself on any sane input, and is ended where it does not: a parser on hostile text.
 *
 * @throws TimeLimitError after `ms`; whatever the computation throws
 */
export function withinTime<T>(ms: number, compute: () => T): T {
  sandbox.job = compute;
  try {
    return callJob.runInContext(sandbox, { timeout: ms }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TimeLimitError(`took longer than ${ms} ms`);
    throw error;
  } finally {
    sandbox.job = undefined;
  }
}
