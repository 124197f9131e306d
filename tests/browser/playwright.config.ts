import { defineConfig } from '@playwright/test';

/** The system's browser; absent or empty, Playwright takes its own. */
const executablePath = process.env.CHROMIUM;
/** Of several such lists Chromium takes the last: what Playwright switches off itself stands here again. */
const withoutFeatures = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'], // two pages of its own in each window: a third of a test's time
  ...[
    'AvoidUnnecessaryBeforeUnloadCheckSync',
    'DestroyProfileOnBrowserClose',
    'HttpsUpgrades',
    'PaintHolding',
  ],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'ThirdPartyStoragePartitioning'],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
];
/** Runs in a container as root, and asks nobody anything by itself. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${withoutFeatures.join(',')}`,
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
