import type { SceneName } from '#core/desk/drills.ts';
import { akismetSilent } from './akismet-silent.ts';
import { diskFull } from './disk-full.ts';
import { passkeyLost } from './passkey-lost.ts';
import type { Play } from './play.ts';
import { relayRefusing } from './relay-refusing.ts';
import type { Stage, StageOptions } from './stage.ts';

/** Opens a scratch copy for the scene; it is closed when the scene is over, then `after` is called. */
export type OpenStage = (options?: StageOptions | OptionsIn, after?: () => unknown) => Promise<Stage>;
/** Options that need to know where the scratch copy keeps its data. */
export type OptionsIn = (dataDir: string) => StageOptions;

/**
 * Plays one thing that fails, and writes down what must be true.
 *
 * @throws NotPlayed where the site lacks what it needs
 */
export type Scene = (play: Play, open: OpenStage) => Promise<void>;

export const SCENE: Record<SceneName, Scene> = {
  'akismet-silent': akismetSilent,
  'relay-refusing': relayRefusing,
  'passkey-lost': passkeyLost,
  'disk-full': diskFull,
};
