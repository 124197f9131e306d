import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run bench -- [part …]`: runs the parts named, or all. Each prints its own figures, as ratios. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const parts = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts.includes(name));

if (unknown.length > 0 || asked.includes('--help')) {
  console.log(`Usage: npm run bench -- [part …]\n\nParts: ${parts.join(', ')}`);
  process.exitCode = asked.includes('--help') ? 0 : 2;
} else {
  for (const part of asked.length > 0 ? asked : parts) {
    console.log(`\n== ${part}`);
    const { status } = spawnSync(process.execPath, [`${folder}${part}.bench.ts`], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
