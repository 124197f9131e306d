import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { App } from '#core/app.ts';
import {
  claimDrill,
  DRILL_MS,
  type Drill,
  type DrillPages,
  dropClaim,
  keepDrill,
  noteScene,
  type RunningDrill,
  type SceneName,
} from '#core/desk/drills.ts';
import { SECOND } from '#core/platform/clock.ts';
import { AppError, wordsOf } from '#core/platform/errors.ts';
import { forkAside } from '#core/platform/fork-aside.ts';
import { CLIENT_DIR } from '../built-pages.ts';
import type { DrillJob, DrillNews } from './drill-process.ts';
import type { Played } from './play-drill.ts';

const PROGRAM = new URL('./drill-process.ts', import.meta.url);
/** Of its heap at most 384 MB. */
const OPTIONS = ['--max-old-space-size=384', '--semi-space-growth-factor=1', '--expose-gc'];

/** How a drill is played where not as usual; for tests. */
export interface Playing {
  onScene?: (scene: SceneName) => unknown;
  /** Milliseconds. */
  atMost?: number;
  /** The process that plays it. */
  program?: URL;
}

/**
 * Plays a drill in a process of its own, and keeps how it went.
 *
 * @throws AppError `conflict` where one is being played, `unavailable` where none can be
 */
export async function drill(app: App, playing: Playing = {}): Promise<Drill> {
  const { claimed, folder } = await prepared(app);
  return played(app, claimed, folder, playing);
}

/**
 * The same for a page, which does not wait for it: it hears of it by `lastDrill`. A server that ends does not wait either.
 *
 * @throws AppError as `drill`
 */
export async function beginDrill(app: App): Promise<void> {
  const { claimed, folder } = await prepared(app);
  played(app, claimed, folder, { isLoose: true }).catch((error: unknown) =>
    app.log.error('drill.not-kept', { error }),
  );
}

async function prepared(app: App): Promise<{ claimed: RunningDrill; folder: string }> {
  if (!existsSync(path.join(CLIENT_DIR, '../server/entry.mjs'))) throw new AppError('unavailable', NOT_BUILT);
  const claimed = await claimDrill(app);
  try {
    return { claimed, folder: emptyFolder(app.config.dataDir) };
  } catch (error) {
    await dropClaim(app.db);
    app.log.error('drill.no-folder', { message: wordsOf(error) });
    throw new AppError('unavailable', NO_FOLDER);
  }
}

const NOT_BUILT = 'The pages of the site are not built, so no drill can be played: run “npm start” once.';
const NO_FOLDER =
  'A drill needs a folder in DATA_DIR that it can write into, and got none. The log says why.';

/** Only one drill is played at a time: what lies there was left by one that was killed. */
function emptyFolder(dataDir: string): string {
  const folder = path.join(dataDir, 'drill');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

async function played(
  app: App,
  claimed: RunningDrill,
  folder: string,
  playing: Playing & { isLoose?: boolean },
): Promise<Drill> {
  const begun = performance.now();
  const { onScene = () => {} } = playing;
  const note = (scene: SceneName) => {
    onScene(scene);
    noteScene(app.db, claimed, scene).catch((error: unknown) => app.log.error('drill.not-noted', { error }));
  };
  const outcome = await outcomeOf(app, folder, note, playing);
  rmSync(folder, { recursive: true, force: true });
  const { scenes, pages, faults, failed } = outcome;
  for (const fault of faults) app.log.error('drill.broke-off', { fault });
  const result: Drill = {
    ...{ at: claimed.at, who: claimed.who, took: Math.round(performance.now() - begun), scenes },
    ...(failed === undefined ? {} : { failed }),
  };
  await keepDrill(app.db, result, pages satisfies DrillPages);
  app.log.info('drill.played', { tookMs: result.took, failed });
  return result;
}

type Outcome = Played & { failed?: string };

async function outcomeOf(
  app: App,
  folder: string,
  onScene: (scene: SceneName) => void,
  { atMost = DRILL_MS, program = PROGRAM, isLoose = false }: Playing & { isLoose?: boolean },
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const nothing = { scenes: [], pages: {}, faults: [] };
  const child = forkAside(program, { execArgv: OPTIONS });
  const late = setTimeout(() => {
    resolve({ ...nothing, failed: `It took longer than ${atMost / SECOND} seconds, and was ended.` });
    child.kill('SIGKILL');
  }, atMost);
  child.on('message', (news: DrillNews) => ('scene' in news ? onScene(news.scene) : resolve(news.played)));
  const gone = new Promise<void>((ended) => child.once('close', () => ended()));
  gone.then(() => resolve({ ...nothing, failed: 'It ended before it was through.' }));
  if (isLoose) for (const held of [child, child.channel, late]) held?.unref();
  const { contentDir, mailFrom } = app.config;
  child.send({ settings: { contentDir, ...(mailFrom ? { mailFrom } : {}) }, folder } satisfies DrillJob);
  const outcome = await promise;
  await gone; // it removes its folder, and nobody writes into it any more
  clearTimeout(late);
  return outcome;
}
