import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run bench -- [part …] [--quick] [--write]`: runs the parts named, or all. Each prints its own figures, as ratios. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const parts = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length));
const given = process.argv.slice(2);
const asked = given.filter((name) => !name.startsWith('--'));
const options = given.filter((name) => name.startsWith('--') && name !== '--help');
const unknown = asked.filter((name) => !parts.includes(name));

if (unknown.length > 0 || given.includes('--help')) {
  console.log(
    `Usage: npm run bench -- [part …] [--quick] [--write]\n\nParts: ${parts.join(', ')}\n--quick  short rounds, to see whether it runs\n--write  keeps the figures of "pages" and "mail" in docs/performance.md`,
  );
  process.exitCode = given.includes('--help') ? 0 : 2;
} else {
  for (const part of asked.length > 0 ? asked : parts) {
    console.log(`\n== ${part}`);
    const { status } = spawnSync(process.execPath, [`${folder}${part}.bench.ts`, ...options], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}
