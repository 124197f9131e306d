import { isPinning } from '../support/processes.ts';
import { distance } from './mail/distance.ts';
import { million } from './mail/million.ts';
import { signed, unsigned } from './mail/speed.ts';
import { measure, type Say } from './measure.ts';

/**
 * How fast letters go out, as a share of what Postfix's smtp-source, a bare socket and nodemailer's pool do with letters
 * of the same size into the same sink in the same run; to a relay far away; and an edition to a million.
 * `--only=speed,signed,distance,million` runs some of it, `--write` keeps all of it in docs/performance.md.
 */
const isQuick = process.argv.includes('--quick');
const scale = isQuick ? { rounds: 1, letters: 2_000 } : { rounds: 5, letters: 20_000 };
const PARTS: Record<string, (say: Say) => Promise<void>> = {
  speed: (say) => unsigned(say, scale),
  async signed(say) {
    for (const kind of ['rsa', 'ed25519'] as const) {
      say(`\nSigned with DKIM, ${kind === 'rsa' ? 'RSA-2048' : 'Ed25519'}:\n`);
      await signed(say, { ...scale, letters: scale.letters / 2 }, kind);
    }
  },
  distance: (say) => distance(say, scale.rounds),
  million: (say) =>
    million(say, isQuick ? { readers: 20_000, windows: 1 } : { readers: 1_000_000, windows: 7 }),
};

await measure(
  'mail',
  `${scale.rounds} rounds in turns, medians${isPinning ? '; sender and sink on a processor each' : ''}`,
  PARTS,
);
