import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type DrillPages, SCENES, type SceneName, type ScenePlayed } from '#core/desk/drills.ts';
import { NotPlayed, Play } from './play.ts';
import { type OpenStage, SCENE, type Scene } from './scene.ts';
import { dataDirIn, openStage, type Stage, type StageSettings } from './stage.ts';

/** All that came of a drill, before it is kept. */
export interface Played {
  scenes: ScenePlayed[];
  pages: DrillPages;
  /** What nobody expected, for the log: it may name files. */
  faults: string[];
}

/** Plays every scene, each on a scratch copy of its own in that folder. */
export async function playDrill(
  settings: StageSettings,
  folder: string,
  onScene: (scene: SceneName) => unknown = () => {},
): Promise<Played> {
  const all: Played = { scenes: [], pages: {}, faults: [] };
  for (const name of SCENES) {
    onScene(name);
    const { played, pages, fault } = await playScene(name, SCENE[name], settings, folder);
    all.scenes.push(played);
    Object.assign(all.pages, pages);
    if (fault !== undefined) all.faults.push(fault);
  }
  return all;
}

/** Plays one scene, and closes what it has opened. @param alter puts something in place of the app's parts, for tests */
export async function playScene(
  name: SceneName,
  scene: Scene,
  settings: StageSettings,
  folder: string,
): Promise<{ played: ScenePlayed; pages: DrillPages; fault?: string }> {
  const begun = performance.now();
  const own = path.join(folder, name);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const play = new Play(name);
  const { open, close } = opener(settings, own, play);
  const facts = { scene: name, done: play.done, held: play.held, seen: play.seen };
  const took = () => Math.round(performance.now() - begun);
  let fault: string | undefined;
  try {
    await scene(play, open);
  } catch (error) {
    if (error instanceof NotPlayed)
      return {
        played: { ...facts, outcome: 'not-played', why: error.message, took: took() },
        pages: play.pages,
      };
    fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    play.must('The scene could be played to its end; the log says what broke it off.', false);
  } finally {
    await close();
  }
  const outcome = play.held.every(({ isTrue }) => isTrue) ? 'held' : 'broken';
  const played = { ...facts, outcome, took: took() } as const;
  return { played, pages: play.pages, ...(fault === undefined ? {} : { fault }) };
}

function opener(
  settings: StageSettings,
  folder: string,
  play: Play,
): { open: OpenStage; close: () => Promise<void> } {
  const endings: (() => unknown)[] = [];
  const open: OpenStage = async (options = {}, after = () => {}) => {
    endings.push(after);
    const given = typeof options === 'function' ? options(dataDirIn(folder)) : options;
    const stage: Stage = await openStage(settings, folder, given);
    endings.unshift(async () => {
      await stage.close();
      play.must('The product noted no fault of its own meanwhile.', stage.bugs.length === 0);
    });
    return stage;
  };
  const close = async () => {
    for (const end of endings) await end();
  };
  return { open, close };
}
