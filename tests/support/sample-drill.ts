import { type Drill, keepDrill, type ScenePlayed } from '#core/desk/drills.ts';
import { openDatabase } from '#core/platform/db.ts';

const BROKEN: ScenePlayed = {
  scene: 'disk-full',
  outcome: 'broken',
  done: ['The disk was filled.', 'Room was made.'],
  held: [
    { words: 'The console link signs in.', isTrue: true },
    { words: `It stays on the page: ${'x'.repeat(80)}`, isTrue: false },
  ],
  seen: (['readers', 'writer'] as const).map((by) => ({
    by,
    did: `A reader commented on ${'every'.repeat(20)}.`,
    status: 503,
    words: `Your comment is not posted yet\n${'word'.repeat(30)} and more`,
    page: 'disk-full-1',
  })),
  took: 1234,
};
const HELD: ScenePlayed = {
  ...BROKEN,
  scene: 'passkey-lost',
  outcome: 'held',
  held: BROKEN.held.slice(0, 1),
};
const NOT_PLAYED: ScenePlayed = {
  ...{ scene: 'akismet-silent', outcome: 'not-played', took: 12 },
  why: 'No article takes comments now, so none could be written.',
  ...{ done: [], held: [], seen: [] },
};

/** A drill in which each thing happened that a page can show of one, in long words. */
export const SAMPLE_DRILL: Drill = {
  ...{ at: '2026-11-24T08:00:00.000Z', who: 'owner', took: 12_345 },
  scenes: [NOT_PLAYED, HELD, BROKEN],
};

/** Keeps it for a site that is served. */
export async function keepSampleDrill(site: { dataDir: string }): Promise<void> {
  const { db } = openDatabase(site);
  const page =
    '<!doctype html><html lang="en"><title>Kept</title><body><main><h1>Kept</h1></main></body></html>';
  await keepDrill(db, SAMPLE_DRILL, { 'disk-full-1': page });
  await db.destroy();
}
