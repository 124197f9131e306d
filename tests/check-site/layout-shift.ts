import type { Page } from '@playwright/test';
import { type Outcome, outcomeOf } from './outcome.ts';
import { MAIN_PAGES, type Setting } from './setting.ts';

/** The width of Lighthouse's phone, and of a laptop. */
const WIDTHS = [412, 1280];
/** Slow enough for pictures and fonts to come after the first paint. */
const SLOW_NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 90_000 };

interface Steadiness {
  shift: number;
  /** What moved. */
  moved: string[];
  pictures: number;
}

/** Nothing may move while a page loads slowly and is read to its end, pictures and all. */
export async function* layoutShift({ site, browser }: Setting): AsyncGenerator<Outcome> {
  for (const width of WIDTHS) {
    for (const [name, address] of Object.entries(MAIN_PAGES)) {
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      const page = await context.newPage();
      const network = await context.newCDPSession(page);
      await network.send('Network.enable');
      await network.send('Network.emulateNetworkConditions', SLOW_NETWORK);
      await page.goto(site.url + address);
      await readToTheEnd(page);
      const { shift, moved, pictures } = await page.evaluate(steadiness);
      await context.close();
      yield outcomeOf(`${name} at ${width} px`, `layout shift ${shift}, ${pictures} pictures`, moved);
    }
  }
}

/** Scrolls as a reader does, so that pictures are fetched which wait for that; ends when all are there. */
async function readToTheEnd(page: Page): Promise<void> {
  const isAtEnd = () => {
    const before = window.scrollY;
    window.scrollBy(0, 400);
    return window.scrollY === before;
  };
  while (!(await page.evaluate(isAtEnd))) await page.waitForTimeout(30);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await page.evaluate(() => document.fonts.ready.then(() => {}));
}

/** Runs in the page. */
function steadiness(): Promise<Steadiness> {
  interface Shift extends PerformanceEntry {
    value: number;
    sources: { node: Node | null }[];
  }
  return new Promise((resolve) => {
    const shifts: Shift[] = [];
    const observer = new PerformanceObserver((list) => shifts.push(...(list.getEntries() as Shift[])));
    observer.observe({ type: 'layout-shift', buffered: true });
    // What was recorded so far is handed over in the frame after the next.
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(tell)));
    function tell() {
      const shown = [...document.images].filter((image) => image.naturalWidth > 0);
      resolve({
        shift: shifts.reduce((sum, { value }) => sum + value, 0),
        moved: shifts.map(
          ({ value, sources }) =>
            `${value.toFixed(4)}: ${sources.map(({ node }) => (node instanceof Element ? `${node.localName}.${node.className}` : node?.textContent)).join(', ')}`,
        ),
        pictures: shown.length,
      });
    }
  });
}
