import { cpus } from 'node:os';
import { writeMarked } from '../../support/marked-part.ts';
import { type CrashOutcome, LANES } from './crash-run.ts';

/** What becomes of the letters of which nobody knows. */
export type Held =
  | 'held for the owner’s word'
  | 'settled by the relay’s log'
  | 'settled, and the relay hangs up at dots';

export interface ReportedRun {
  held: Held;
  outcome: CrashOutcome;
}

/** Where a run broke what is promised, in words; the promise does not depend on the seed. */
export function problemsOf(outcome: CrashOutcome, { isSettling }: { isSettling: boolean }): string[] {
  const { lost, unlisted, doubled, strange, uncertain, kills, cut, states, recipients, errors } = outcome;
  const most = isSettling ? 0 : kills * LANES + cut;
  const sum = Object.values(states).reduce((all, count) => all + count, 0);
  return [
    lost.length > 0 && `${lost.length} lost silently: ${some(lost)}`,
    unlisted.length > 0 && `${unlisted.length} uncertain and not listed: ${some(unlisted)}`,
    doubled.length > 0 && `${doubled.length} doubled: ${some(doubled)}`,
    strange.length > 0 && `${strange.length} letters that no row knows: ${some(strange)}`,
    uncertain.length > most && `${uncertain.length} uncertain, at most ${most} may be`,
    sum !== recipients && `the states sum to ${sum} of ${recipients}`,
    errors.length > 0 && `the workers told of ${errors.length} faults: ${some(errors)}`,
  ].filter((problem) => problem !== false);
}

function some(many: readonly string[]): string {
  return `${many.slice(0, 5).join(', ')}${many.length > 5 ? ', …' : ''}`;
}

export function tableOf(runs: readonly ReportedRun[]): string {
  const head = [
    ...['what is uncertain is', 'kills', 'recipients', 'sent', 'uncertain', 'of them delivered', 'not'],
    ...['lost silently', 'doubled', 'seconds'],
  ];
  const lines = runs.map(({ held, outcome }) => {
    const { kills, cut, recipients, states, uncertain, lost, doubled, seconds } = outcome;
    const delivered = uncertain.filter(({ isDelivered }) => isDelivered).length;
    return [
      ...[cut > 0 ? `${held} (${cut} times)` : held, kills, recipients, states.sent ?? 0, uncertain.length],
      ...[delivered, uncertain.length - delivered, lost.length, doubled.length, seconds.toFixed(0)],
    ];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Keeps the figures in docs/reliability.md. */
export function writeReport(runs: readonly ReportedRun[], { seed }: { seed: number }): void {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${day}`;
  const how = `${LANES} connections, seed ${seed}; run it again with \`npm run faults -- crash\`.`;
  writeMarked('reliability.md', 'npm run faults -- crash', `${machine}; ${how}\n\n${tableOf(runs)}`);
}
