import { cpus } from 'node:os';
import { writeMarked } from '../support/marked-part.ts';
import { isPinning } from '../support/processes.ts';
import { distance } from './mail/distance.ts';
import { million } from './mail/million.ts';
import { signed, unsigned } from './mail/speed.ts';

/**
 * How fast letters go out, as a share of what Postfix's smtp-source, a bare socket and nodemailer's pool do with letters
 * of the same size into the same sink in the same run; to a relay far away; and an edition to a million.
 * `--only=speed,signed,distance,million` runs some of it, `--write` keeps all of it in docs/performance.md.
 */
const isQuick = process.argv.includes('--quick');
const scale = isQuick ? { rounds: 1, letters: 2_000 } : { rounds: 5, letters: 20_000 };
const only = process.argv
  .find((option) => option.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const lines: string[] = [];
const say = (line: string) => {
  console.log(line);
  lines.push(line);
};

const PARTS: Record<string, () => Promise<void>> = {
  speed: () => unsigned(say, scale),
  async signed() {
    for (const kind of ['rsa', 'ed25519'] as const) {
      say(`\nSigned with DKIM, ${kind === 'rsa' ? 'RSA-2048' : 'Ed25519'}:\n`);
      await signed(say, { ...scale, letters: scale.letters / 2 }, kind);
    }
  },
  distance: () => distance(say, scale.rounds),
  million: () => million(say, isQuick ? { readers: 20_000, windows: 1 } : { readers: 1_000_000, windows: 7 }),
};

const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}`;
say(
  `${machine}; ${scale.rounds} rounds in turns, medians${isPinning ? '; sender and sink on a processor each' : ''}.`,
);
for (const [name, run] of Object.entries(PARTS)) {
  if (only && !only.includes(name)) continue;
  say('');
  await run();
}
if (process.argv.includes('--write'))
  writeMarked('performance.md', 'npm run bench -- mail', lines.join('\n'));
