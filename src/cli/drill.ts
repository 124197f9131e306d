import { SCENE_WORDS } from '#core/desk/drill-words.ts';
import { type Drill, ruleHeld, SCENES, type ScenePlayed } from '#core/desk/drills.ts';
import { type Command, UsageError, withApp } from './command.ts';

export const drillCommand: Command = {
  summary:
    'plays, on a scratch copy, that what the site depends on fails, and says whether anybody is locked out',
  help: `Usage: watchpost drill

Plays on a scratch copy of the site, with the real code and content and a database of its own, that Akismet is silent,
the mail relay refuses, the owner's passkey is lost and the disk is full; checks that nobody is locked out and nothing is
lost; and keeps how it went for the desk, at /desk/drill/. Nothing leaves this machine: stand-ins take the place of
Akismet and the relay, and no reader gets anything. It takes about fifteen seconds, and sixty at most.

Exit code 0 where the house rule held, 1 where it did not or the drill did not come to its end, 4 where one is being
played already.`,
  async run({ positionals }) {
    if (positionals.length > 0) throw new UsageError('It is called as "watchpost drill".');
    const { drill } = await import('#server/drill/begin-drill.ts');
    return withApp(async (app) => {
      const result = await drill(app, { onScene: progress });
      tell(result);
      return ruleHeld(result) ? 0 : 1;
    });
  },
};

function progress(scene: (typeof SCENES)[number]): void {
  if (process.stderr.isTTY)
    process.stderr.write(`${SCENES.indexOf(scene) + 1} of ${SCENES.length}: ${SCENE_WORDS[scene].title}\n`);
}

function tell(drill: Drill): void {
  for (const scene of drill.scenes) tellScene(scene);
  if (drill.failed !== undefined) console.log(`The drill did not come to its end. ${drill.failed}`);
  else if (ruleHeld(drill)) console.log('The house rule held: nobody is locked out and nothing is lost.');
  else console.log('The house rule was broken: what was not so is marked with NO.');
}

function tellScene({ scene, outcome, why, held, took }: ScenePlayed): void {
  const verdict = { held: 'held', broken: 'BROKEN', 'not-played': 'not played' }[outcome];
  console.log(`${SCENE_WORDS[scene].title}: ${verdict} (${(took / 1000).toFixed(1)} s)`);
  if (why !== undefined) console.log(`  ${why}`);
  for (const { words, isTrue } of held) console.log(`  ${isTrue ? 'ok ' : 'NO '} ${words}`);
}
