import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AppError, wordsOf } from '../platform/errors.ts';

/** In a backup: what pg_dump wrote, in its custom format. */
export const DUMP = 'database.dump';

/** Of a program's complaints, so many characters are shown. */
const MOST_SHOWN = 1000;

/**
 * Writes a database of PostgreSQL as it is at one moment, by pg_dump.
 *
 * @throws AppError `unavailable` where there is no pg_dump, or it fails
 */
export async function dumpPostgres(
  url: string,
  file: string,
  signal?: AbortSignal | undefined,
): Promise<void> {
  await run('pg_dump', ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`], url, signal);
}

/**
 * Fills an empty database from such a file, wholly or not at all, by pg_restore.
 *
 * @throws AppError `unavailable` where there is no pg_restore, or it fails
 */
export async function fillPostgres(
  url: string,
  file: string,
  signal?: AbortSignal | undefined,
): Promise<void> {
  const options = ['--no-owner', '--no-privileges', '--single-transaction', '--exit-on-error', file];
  await run('pg_restore', options, url, signal);
}

async function run(
  program: string,
  options: string[],
  url: string,
  signal?: AbortSignal | undefined,
): Promise<void> {
  const { address, environment } = connection(url);
  const child = spawn(program, [`--dbname=${address}`, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    ...(signal && { signal }),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_SHOWN);
  });
  const [code] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    signal?.throwIfAborted();
    throw new AppError('unavailable', error.code === 'ENOENT' ? missing(program) : wordsOf(error));
  });
  if (code !== 0)
    throw new AppError('unavailable', `${program} could not do its part. It says: ${said.trim()}`);
}

/** The password goes by the environment: arguments are seen by everybody on the machine. */
function connection(text: string): { address: string; environment: NodeJS.ProcessEnv } {
  const url = new URL(text);
  const password = url.searchParams.get('password') ?? decodeURIComponent(url.password);
  url.password = '';
  url.searchParams.delete('password'); // it may stand there too, and then that one counts
  return { address: url.href, environment: password === '' ? {} : { PGPASSWORD: password } };
}

function missing(program: string): string {
  return `There is no ${program} on the PATH. Install the client programs of PostgreSQL, of the server’s version or a later one (on Debian: postgresql-client), and try again.`;
}
