import { cpus } from 'node:os';
import { writeMarked } from '../support/marked-part.ts';
import { articleFile, COMMAND, NODE, openNewsroom } from '../support/newsroom-on-disk.ts';
import { spawnPinned, untilAnswering } from '../support/processes.ts';
import { freePort } from '../support/test-site.ts';
import { fillDesk } from './desk/full-desk.ts';
import { type Looks, measureLooks } from './desk/looks.ts';
import { DESK_PAGES } from './desk/measured-pages.ts';
import { openDesk } from './desk/open-desk.ts';
import { measurePausing } from './desk/pausing.ts';
import { addKeptLetters, addYearsOfEditions } from './desk/years-of-editions.ts';

/**
 * How long the desk's pages take with 10,000 held comments, 1,000,000 subscribers and an edition on its way to all of
 * them; and how soon a pause stops it. `--only=looks,pausing` runs some of it, `--write` keeps all in docs/performance.md.
 */
const isQuick = process.argv.includes('--quick');
const FULL = isQuick ? { readers: 50_000, held: 1000 } : { readers: 1_000_000, held: 10_000 };
const EDITIONS = 2000;
const KEPT = 50_000;
const LOOKS: Looks = isQuick ? { inARow: 20, apart: 2 } : { inARow: 100, apart: 12 };
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
  looks: measureFullDesk,
  pausing: () => measurePausing(say, isQuick ? 1 : 5),
};

async function measureFullDesk(): Promise<void> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const [name, text] = articleFile('worm');
  // An alert that waits for a word: to how many it would go is a count of all subscribers.
  const news = text.replace(/^published: .*$/m, `published: ${new Date().toISOString()}\nseverity: critical`);
  const content = Object.fromEntries([articleFile('story-0'), [name, news]]);
  const newsroom = await openNewsroom(content, { SITE_URL: origin, PORT: String(port), WORKER: 'off' });
  fillDesk(newsroom, FULL);
  addYearsOfEditions(newsroom.file, EDITIONS);
  addKeptLetters(newsroom.dataDir, KEPT);
  const server = spawnPinned('server', NODE, [COMMAND, 'serve'], { env: newsroom.env });
  try {
    await untilAnswering(port, '/readyz');
    await measureLooks(say, await openDesk(newsroom, origin), DESK_PAGES, LOOKS);
    say(`\nThe server holds ${server.memory().now.toFixed(0)} MB.`);
  } finally {
    await server.stop();
    newsroom.close();
  }
}

say(
  `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}; SQLite; ${FULL.readers.toLocaleString('en')} subscribers, as many letters of the edition, ${FULL.held.toLocaleString('en')} held comments.`,
);
for (const [name, run] of Object.entries(PARTS)) {
  if (only && !only.includes(name)) continue;
  say('');
  await run();
}
if (process.argv.includes('--write'))
  writeMarked('performance.md', 'npm run bench -- desk', lines.join('\n'));
