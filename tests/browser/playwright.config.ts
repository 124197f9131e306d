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
      testIgnore: 'accessibility.spec.ts', // the same pages, and axe is a script
      use: { javaScriptEnabled: false },
    },
  ],
});
