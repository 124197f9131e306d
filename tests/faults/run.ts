import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run faults -- part [option …]`: long runs against faults, whose short versions are in `npm test`. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const END = '.run.ts';
const parts = readdirSync(folder)
  .filter((name) => name.endsWith(END))
  .map((name) => name.slice(0, -END.length));
const [part, ...options] = process.argv.slice(2);

if (part !== undefined && parts.includes(part)) {
  const { status } = spawnSync(process.execPath, [`${folder}${part}${END}`, ...options], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  console.log(
    `Usage: npm run faults -- <part> [option …]\n\nParts: ${parts.join(', ')}\n"npm run faults -- <part> --help" says more.`,
  );
  process.exitCode = part === '--help' ? 0 : 2;
}
