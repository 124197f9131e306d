import { parseArgs } from 'node:util';
import { type CrashOptions, type CrashOutcome, crashRun } from './crash/crash-run.ts';
import { type Held, problemsOf, tableOf, writeReport } from './crash/report.ts';

/** The sender is killed again and again while it sends; docs/reliability.md gets the figures of a whole run. */
const WHOLE = { kills: 200, recipients: 30_000, seed: 20_261_124 };
/** One letter in so many meets a relay that hangs up at its dot. */
const CUT_EVERY = 500;
const HELP = `Usage: npm run faults -- crash [--kills ${WHOLE.kills}] [--recipients ${WHOLE.recipients}] [--seed ${WHOLE.seed}] [--write]

Sends an edition with kill -9 at random points three times: what is uncertain held for the owner; settled by the relay's
log; and the same with a relay that hangs up at one dot in ${CUT_EVERY}.

  --kills, --recipients   how often, and to how many
  --seed                  where it is killed
  --write                 keeps a shorter run's figures in docs/reliability.md, too; a whole run's are always kept`;

const RUNS: { held: Held; isSettling: boolean; cuts: number }[] = [
  { held: 'held for the owner’s word', isSettling: false, cuts: 0 },
  { held: 'settled by the relay’s log', isSettling: true, cuts: 0 },
  { held: 'settled, and the relay hangs up at dots', isSettling: true, cuts: 1 / CUT_EVERY },
];

async function run(asked: Pick<CrashOptions, 'kills' | 'recipients' | 'seed'>): Promise<CrashOutcome[]> {
  const outcomes: CrashOutcome[] = [];
  for (const { held, ...options } of RUNS) {
    console.log(`\n${asked.kills} kills over ${asked.recipients} recipients: what is uncertain is ${held}`);
    const onKill = (kills: number, taken: number) => {
      if (kills % 20 === 0 || kills === asked.kills) console.log(`  ${kills} kills, ${taken} letters taken`);
    };
    outcomes.push(await crashRun({ ...asked, ...options, onKill }));
    const problems = problemsOf(outcomes.at(-1) as CrashOutcome, options);
    for (const problem of problems) console.error(`  WRONG: ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
  return outcomes;
}

const number = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    ...{ kills: number, recipients: number, seed: number },
    ...{ write: { type: 'boolean' }, help: { type: 'boolean' } },
  },
});
if (values.help) console.log(HELP);
else {
  const asked = {
    kills: Number(values.kills ?? WHOLE.kills),
    recipients: Number(values.recipients ?? WHOLE.recipients),
    seed: Number(values.seed ?? WHOLE.seed),
  };
  const outcomes = await run(asked);
  const runs = outcomes.map((outcome, n) => ({ held: (RUNS[n] as (typeof RUNS)[number]).held, outcome }));
  console.log(`\n${tableOf(runs)}`);
  const isWhole = asked.kills >= WHOLE.kills && asked.recipients >= WHOLE.recipients;
  if (isWhole || values.write) writeReport(runs, asked);
}
