import { cpus } from 'node:os';
import { writeMarked } from '../support/marked-part.ts';

export type Say = (line: string) => void;

/**
 * Runs the parts of a measurement, or those that `--only=one,other` names, and says where it ran; `--write` keeps what
 * they say in docs/performance.md.
 *
 * @param bench its name, as in `npm run bench -- mail`
 * @param about what is measured, after the machine
 */
export async function measure(
  bench: string,
  about: string,
  parts: Record<string, (say: Say) => Promise<void>>,
): Promise<void> {
  const only = process.argv
    .find((option) => option.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const lines: string[] = [];
  const say = (line: string) => {
    console.log(line);
    lines.push(line);
  };
  const day = new Date().toISOString().slice(0, 10);
  say(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${day}; ${about}.`);
  for (const [name, run] of Object.entries(parts)) {
    if (only && !only.includes(name)) continue;
    say('');
    await run(say);
  }
  if (process.argv.includes('--write'))
    writeMarked('performance.md', `npm run bench -- ${bench}`, lines.join('\n'));
}
