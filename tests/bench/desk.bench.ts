import { openNewsroom } from '../support/newsroom-on-disk.ts';
import { spawnPinned, untilAnswering } from '../support/processes.ts';
import { COMMAND, NODE } from '../support/program.ts';
import { freePort } from '../support/test-site.ts';
import { type Full, fillDesk, manyStories } from './desk/full-desk.ts';
import { type Looks, measureLooks } from './desk/looks.ts';
import { DESK_PAGES } from './desk/measured-pages.ts';
import { openDesk } from './desk/open-desk.ts';
import { measurePausing } from './desk/pausing.ts';
import { measure, type Say } from './measure.ts';

/**
 * How long every page of the desk takes, and what it weighs, with 10,000 held comments among 100,000, 1,000,000
 * subscribers, 2,000 editions and one on its way to all of them; and how soon a pause stops it. Ends with 1 where a page
 * is too heavy. `--only=looks,pausing` runs some of it, `--write` keeps all in docs/performance.md.
 */
const isQuick = process.argv.includes('--quick');
const FULL: Full = isQuick
  ? { readers: 50_000, editions: 100, held: 1000, published: 4000, spam: 500, acts: 2000, kept: 100 }
  : {
      ...{ readers: 1_000_000, editions: 2000, held: 10_000, published: 80_000, spam: 10_000 },
      ...{ acts: 100_000, kept: 50_000 },
    };
const LOOKS: Looks = isQuick ? { inARow: 5, rounds: 1 } : { inARow: 40, rounds: 12 };
const PARTS: Record<string, (say: Say) => Promise<void>> = {
  looks: measureFullDesk,
  pausing: (say) => measurePausing(say, isQuick ? 1 : 5),
};

async function measureFullDesk(say: Say): Promise<void> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const newsroom = await openNewsroom(manyStories(), { SITE_URL: origin, PORT: String(port), WORKER: 'off' });
  await fillDesk(newsroom, FULL);
  const server = spawnPinned('server', NODE, [COMMAND, 'serve'], { env: newsroom.env });
  try {
    await untilAnswering(port, '/readyz');
    const heavy = await measureLooks(say, await openDesk(newsroom, origin), DESK_PAGES, LOOKS);
    if (heavy.length > 0) {
      console.error(`Heavier than a page of the desk may be: ${heavy.join(', ')}.`);
      process.exitCode = 1;
    }
    say(`\nThe server holds ${server.memory().now.toFixed(0)} MB.`);
  } finally {
    await server.stop();
    newsroom.close();
  }
}

const words = (count: number) => count.toLocaleString('en');
await measure(
  'desk',
  `SQLite; ${words(FULL.readers)} subscribers, nearly as many letters of an edition on its way, ${words(FULL.editions)} editions of before, ${words(FULL.held)} held comments among ${words(FULL.held + FULL.published + FULL.spam)}, ${words(FULL.acts)} acts`,
  PARTS,
);
