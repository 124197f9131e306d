import { test as base, type Page } from '@playwright/test';
import { type AkismetFake, startAkismetFake } from '../support/akismet-fake.ts';
import { type SmtpFake, startSmtpFake } from '../support/smtp-fake.ts';
import { startSite, type TestSite } from '../support/test-site.ts';
import { signIn } from './steps.ts';

export interface SiteFixtures {
  /** Settings beyond those that every test site has. */
  settings: Record<string, string>;
  /** A site of the test's own; addresses without an origin are on it. */
  site: TestSite;
  /** The writer's own browser, signed in at the desk. */
  desk: Page;
}

/** A test on a site that has no relay and no spam filter. */
export const test = base.extend<SiteFixtures>({
  settings: [{}, { option: true }],
  site: ({ settings }, use) => usingSite(settings, use),
  baseURL: ({ site }, use) => use(site.url),
  desk: async ({ browser, site }, use) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, site);
    await use(page);
    await context.close();
  },
});

/** A test on a site whose spam filter is Akismet's stand-in. */
export const testWithAkismet = test.extend<{ akismet: AkismetFake }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are needed
  akismet: async ({}, use) => {
    const akismet = await startAkismetFake();
    await use(akismet);
    await akismet.stop();
  },
  settings: ({ akismet }, use) => use({ AKISMET_KEY: akismet.key, AKISMET_URL: akismet.url }),
});

/** A test on a site that sends its letters to a relay's stand-in. */
export const testWithRelay = test.extend<{ relay: SmtpFake }>({
  // biome-ignore lint/correctness/noEmptyPattern: as above
  relay: async ({}, use) => usingRelay(use),
  settings: ({ relay }, use) => use({ SMTP_URL: relay.url }),
});

/** A test on a site with both, that stands behind a proxy on this machine. */
export const testWithBoth = testWithAkismet.extend<{ relay: SmtpFake }>({
  // biome-ignore lint/correctness/noEmptyPattern: as above
  relay: async ({}, use) => usingRelay(use),
  settings: ({ akismet, relay }, use) =>
    use({
      AKISMET_KEY: akismet.key,
      AKISMET_URL: akismet.url,
      SMTP_URL: relay.url,
      TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
    }),
});

async function usingRelay(use: (relay: SmtpFake) => Promise<void>): Promise<void> {
  const relay = await startSmtpFake();
  await use(relay);
  await relay.stop();
}

/** Starts a site, lends it, and ends what it started, last first. */
export async function usingSite(
  settings: Record<string, string>,
  use: (site: TestSite) => Promise<void>,
): Promise<void> {
  const endings: (() => unknown)[] = [];
  try {
    await use(await startSite({ after: (end) => void endings.push(end as () => unknown) }, settings));
  } finally {
    for (const end of endings.reverse()) await end();
  }
}
