// Runs before everything else, on whatever Node (18 or later) the machine has: installs and builds, only where needed.
// `--for-tests` installs the development tools and a browser too.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('../../', import.meta.url)));
const forTests = process.argv.includes('--for-tests');

const INSTALLED = 'node_modules/.watchpost-installed';
const BUILT = 'dist/.watchpost-built';
const SOURCES = [
  'src/pages',
  'src/layouts',
  'src/components',
  'src/scripts',
  'src/styles',
  'public',
  'astro.config.mjs',
  'package-lock.json',
];
const SINGLE_SOURCES = ['src/middleware.ts', 'src/cache-provider.ts'];

install();
linkNode();
linkCommand();
build();
if (forTests) provideBrowser();

function install() {
  const all = existsSync('node_modules/@playwright/test');
  if (changedAt('package-lock.json') <= changedAt(INSTALLED) && (all || !forTests)) return;
  say('Installing what Watchpost needs; the first time this takes a minute …');
  // No dependency of ours needs an install script; better-sqlite3 would only try to compile what it already ships.
  const which = forTests || all ? [] : ['--omit=dev'];
  run('npm', ['ci', ...which, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(INSTALLED, '');
}

/** Node 24 comes as a package for this platform; elsewhere the machine's own will do, where it is new enough. */
function linkNode() {
  const link = 'node_modules/.bin/node';
  if (existsSync(link)) return;
  const bundled = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
  const target = existsSync(bundled)
    ? `../../${bundled}`
    : Number(process.versions.node.split('.')[0]) >= 24
      ? process.execPath
      : undefined;
  if (!target)
    fail(
      `There is no Node 24 package for ${process.platform} on ${process.arch}: install Node 24 or later and run this again.`,
    );
  mkdirSync('node_modules/.bin', { recursive: true });
  rmSync(link, { force: true }); // a dangling one
  symlinkSync(target, link);
}

function linkCommand() {
  const link = 'node_modules/.bin/watchpost';
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync('../../src/cli/watchpost.mjs', link);
}

function build() {
  if (changedAt(BUILT) > Math.max(...SOURCES.map(newest), ...SINGLE_SOURCES.map(changedAt))) return;
  say('Building the pages …');
  rmSync(BUILT, { force: true });
  run('node_modules/.bin/node', ['node_modules/astro/bin/astro.mjs', 'build', '--silent'], {
    ASTRO_TELEMETRY_DISABLED: '1',
  });
  writeFileSync(BUILT, '');
}

/** For the browser tests: the system's Chromium, else Debian's package where we may install it, else Playwright's own. */
function provideBrowser() {
  if (
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].some(existsSync) ||
    process.env.CHROMIUM
  )
    return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('Installing Chromium …');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    if (
      tried('apt-get', ['update', '-qq'], env) &&
      tried('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], env)
    )
      return;
  }
  say('Installing a browser for the tests …');
  run('node_modules/.bin/node', ['node_modules/@playwright/test/cli.js', 'install', 'chromium']);
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (error) fail(`${command} could not be started (${error.code}).`);
  if (status !== 0) fail(`"${command} ${args.slice(0, 2).join(' ')}" failed; what it said stands above.`);
}

function tried(command, args, env) {
  return spawnSync(command, args, { stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
