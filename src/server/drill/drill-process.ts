import { rmSync } from 'node:fs';
import type { SceneName } from '#core/desk/drills.ts';
import { type Played, playDrill } from './play-drill.ts';
import type { StageSettings } from './stage.ts';

/** What the process is asked to do, once. */
export interface DrillJob {
  settings: StageSettings;
  /** Where its scratch copies lie; it removes it at its end. */
  folder: string;
}

/** What it tells. */
export type DrillNews = { scene: SceneName } | { played: Played };

/**
 * A process that plays one drill. Apart from the server: what fails in it, and the memory that it takes, ends with it, and
 * it knows none of the site's passwords. It ends when whoever began it does.
 */
let folder: string | undefined;
process.on('disconnect', () => end());
process.on('message', async (job: DrillJob) => {
  folder = job.folder;
  const played = await playDrill(job.settings, job.folder, (scene) => {
    gc?.(); // the scratch copy before held every article; V8 would wait until it needs the room
    tell({ scene });
  });
  process.send?.({ played } satisfies DrillNews, end);
});

function tell(news: DrillNews): void {
  process.send?.(news);
}

function end(): never {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.exit();
}
