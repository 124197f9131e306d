import { defineConfig } from '@playwright/test';

/** The system's browser; absent or empty, Playwright takes its own. */
const executablePath = process.env.CHROMIUM;
/** Runs in a container as root, and asks nobody anything by itself. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
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
  use: { launchOptions: { args, ...(executablePath ? { executablePath } : {}) } },
  projects: [
    { name: 'with JavaScript' },
    {
      name: 'without JavaScript',
      testIgnore: 'accessibility.spec.ts', // the same pages, and axe is a script
      use: { javaScriptEnabled: false },
    },
  ],
});
