import { defineConfig } from '@playwright/test';
import { chromiumLaunch } from '../support/chromium.ts';

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
    { name: 'with JavaScript' },
    {
      name: 'without JavaScript',
      // axe is a script; and what scripts may not do is tried with them
      testIgnore: ['accessibility.spec.ts', 'hostile-comments.spec.ts', 'scanner.spec.ts'],
      use: { javaScriptEnabled: false },
    },
  ],
});
