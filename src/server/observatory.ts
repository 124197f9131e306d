import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from '#core/app.ts';
import { gradedFrom, type KeptScore, keepScore } from '#core/desk/header-score.ts';
import { isoTime, SECOND } from '#core/platform/clock.ts';
import { projectRoot } from '#core/platform/config.ts';
import { AppError, wordsOf } from '#core/platform/errors.ts';
import { securityHeaders } from './headers.ts';
import { ownPeer } from './own-answer.ts';

const PACKAGE = '@mdn/mdn-http-observatory';
const VERSION = '1.4.8';
/** A folder of its own: no part of the site needs it, and `npm ci` leaves it alone. */
const FOLDER = 'observatory';

/** What puts the grader there, to be typed in the project's folder. */
export const INSTALL_COMMAND = `npm install --prefix ${FOLDER} --ignore-scripts ${PACKAGE}@${VERSION}`;

const CHILD = fileURLToPath(new URL('./observatory-child.ts', import.meta.url));
const TIMEOUT_MS = 20 * SECOND;
const MOST_OUTPUT = 256 * 1024;

/** Where the Observatory's code is, where somebody has installed it; looked for anew each time. */
export function observatoryFile(): string | undefined {
  const require = createRequire(path.join(projectRoot, 'package.json'));
  try {
    return require.resolve(PACKAGE, { paths: [path.join(projectRoot, FOLDER), projectRoot] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Lets the Observatory's own code grade this site, and keeps what it says. It runs in a process of its own, which gets no
 * setting, can read no file but its own, may write nothing, and is led to nothing but this server.
 *
 * @throws AppError `conflict` where it is not installed, `unavailable` where it fails
 */
export async function scoreHeaders(app: App): Promise<KeptScore> {
  const file = observatoryFile();
  if (file === undefined)
    throw new AppError('conflict', 'The Observatory’s code is not installed, so nothing was graded.');
  const asked = { file, site: app.siteUrl.origin, peer: ownPeer(app.config) };
  const said = await answerOf(asked).catch((error: unknown) => {
    app.log.warn('observatory.failed', { message: wordsOf(error) });
    return '';
  });
  const graded = gradedFrom(said);
  if (!graded)
    throw new AppError('unavailable', 'The Observatory’s code gave no grade. The log says what it met.');
  const score = { ...graded, at: isoTime(app.clock.now()), headers: headersHash(app.siteUrl) };
  await keepScore(app.db, score);
  return score;
}

/** Tells whether a grading was of the headers that are sent now. */
export function headersHash(siteUrl: URL): string {
  return createHash('sha256')
    .update(JSON.stringify(securityHeaders(siteUrl)))
    .digest('hex')
    .slice(0, 16);
}

function answerOf(asked: { file: string }): Promise<string> {
  const packages = asked.file.slice(0, asked.file.lastIndexOf(path.normalize(`/${PACKAGE}/`)));
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [
        '--permission',
        ...[path.join(packages, '/'), CHILD].map((one) => `--allow-fs-read=${one}`), // what it stands on; no secret
        ...['--no-warnings', CHILD],
      ],
      { env: {}, timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
    child.stdin?.on('error', () => {}); // it has ended already; why, is told above
    child.stdin?.end(JSON.stringify(asked));
  });
}
