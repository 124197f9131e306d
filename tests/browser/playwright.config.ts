import { defineConfig } from '@playwright/test';
import { chromiumLaunch } from '../support/chromium.ts';

/** What these try has no script, as plain-pages.spec.ts holds: with scripts it would be the same once more. */
const WITHOUT_SCRIPTS = [
  ...['closed-comments', 'own-comments', 'reading', 'searching'],
  ...['desk-audit', 'desk-drill', 'desk-figures', 'desk-subscribers'],
];

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  reporter: 'list',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: { launchOptions: chromiumLaunch },
  projects: [
    { name: 'with JavaScript', testIgnore: WITHOUT_SCRIPTS.map((name) => `${name}.spec.ts`) },
    {
      name: 'without JavaScript',
      // axe is a script; and what scripts may not do is tried with them
      testIgnore: ['accessibility.spec.ts', 'hostile-comments.spec.ts', 'scanner.spec.ts'],
      use: { javaScriptEnabled: false },
    },
  ],
});
