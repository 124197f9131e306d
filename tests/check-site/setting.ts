import path from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { openSqlite } from '#core/platform/db.ts';
import { type Stage, setStage } from '../browser/stage.ts';
import { OUTAGE } from '../browser/steps.ts';
import { chromiumLaunch } from '../support/chromium.ts';
import { publishFiftyComments } from '../support/fifty-comments.ts';
import { freePort, startSite, type TestSite } from '../support/test-site.ts';
import type { Outcome } from './outcome.ts';

/** A site in its own process on which everything has happened, and a browser to look at it with. */
export interface Setting {
  site: TestSite;
  stage: Stage;
  browser: Browser;
  /** Where that browser takes orders from another program. */
  debuggingPort: number;
}

/** A part of the checks: looks at the site, and tells what came of each look as soon as it knows. */
export type Part = (setting: Setting) => AsyncIterable<Outcome>;

/** The three pages that most readers see; the article has fifty comments. */
export const MAIN_PAGES = { home: '/', article: OUTAGE.path, newsletter: '/newsletter/' } as const;

/** Sets all up, lends it, and ends what was started, last first. */
export async function withSetting<T>(use: (setting: Setting) => Promise<T>): Promise<T> {
  const endings: (() => unknown)[] = [];
  const t = { after: (end: unknown) => void endings.push(end as () => unknown) };
  try {
    const site = await startSite(t);
    const stage = await setStage(site);
    await fillComments(site);
    const debuggingPort = await freePort();
    const args = [...chromiumLaunch.args, `--remote-debugging-port=${debuggingPort}`];
    const browser = await chromium.launch({ ...chromiumLaunch, args });
    t.after(() => browser.close());
    return await use({ site, stage, browser, debuggingPort });
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

async function fillComments({ dataDir }: TestSite): Promise<void> {
  const db = openSqlite(path.join(dataDir, 'watchpost.sqlite'));
  await publishFiftyComments(db, OUTAGE.path.split('/')[2] ?? '');
  await db.destroy();
}
