import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from '#core/platform/config.ts';
import { COMMAND, NODE } from './program.ts';
import { copiedContent, type LogLine, temporaryFolder } from './test-app.ts';

/** A served site in a process of its own, as an operator runs it. */
export interface TestSite {
  url: string;
  dataDir: string;
  contentDir: string;
  /** What it has logged so far, and what it has printed. */
  lines: LogLine[];
  output(): string;
  /** Runs `watchpost …` beside it, with the same settings. */
  command(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Begins such a command, for a test that ends it by force. */
  beginCommand(...args: string[]): ChildProcess;
  /** Ends it; a second start goes on with the same data. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  start(): Promise<void>;
  /** Resolves as soon as a line of the log fits; rejects after a minute. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
}

/** Starts a site on a free port, with its own data and a copy of the shipped content; ended with the test. */
export async function startSite(
  t: Pick<TestContext, 'after'>,
  env: NodeJS.ProcessEnv = {},
): Promise<TestSite> {
  const port = await freePort();
  // In one ending, so that the site is gone before its folders are, in whichever order endings run.
  const removals: (() => unknown)[] = [];
  const folders = { after: (remove: unknown) => void removals.push(remove as () => unknown) };
  t.after(async () => {
    await site.stop('SIGKILL');
    for (const remove of removals) await remove();
  });
  const dataDir = path.join(temporaryFolder(folders), 'data');
  const contentDir = env.CONTENT_DIR ?? copiedContent(folders);
  const settings = {
    PATH: process.env.PATH,
    PORT: String(port),
    DATA_DIR: dataDir,
    CONTENT_DIR: contentDir,
    SMTP_URL: '',
    AKISMET_KEY: '',
    ...env,
  };
  let child: ChildProcess | undefined;
  let output = '';
  const lines: LogLine[] = [];
  const site: TestSite = {
    url: env.SITE_URL ?? `http://localhost:${port}`,
    dataDir,
    contentDir,
    lines,
    output: () => output,
    command: (...args) => outcomeOf(spawnCommand(settings, args)),
    beginCommand: (...args) => spawnCommand(settings, args),
    async start() {
      const begun = spawn(NODE, [COMMAND, 'serve'], {
        env: settings,
        cwd: projectRoot,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = begun;
      const seen = lines.length;
      begun.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      eachLine(begun.stderr, (line) => lines.push(parsedLine(line)));
      const gone = once(begun, 'exit').then(([code]) => {
        throw new Error(`the site ended with code ${code}: ${JSON.stringify(lines.slice(seen))}${output}`);
      });
      await Promise.race([
        until(() => lines.slice(seen).some((line) => line.event === 'server.started')),
        gone,
      ]);
      gone.catch(() => {});
    },
    async stop(signal = 'SIGTERM') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
    async logged(fits) {
      await until(() => lines.some(fits));
      return lines.find(fits) as LogLine;
    },
  };
  await site.start();
  return site;
}

/** Waits for a condition, looking often; rejects after a time so that a test ends with a reason. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition',
  mostMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + mostMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true within ${mostMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Posts a form as a browser would, without following the redirect. */
export function postForm(
  url: string,
  fields: Record<string, string | string[]>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
  );
  return fetch(url, {
    method: 'POST',
    body,
    headers: { origin: new URL(url).origin, ...headers },
    redirect: 'manual',
  });
}

/** The links in a page or letter, in order, entities undone. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/https?:\/\/[^\s"'<>]+/g)].map((match) => match[0].replaceAll('&amp;', '&'));
}

function spawnCommand(env: NodeJS.ProcessEnv, args: string[]) {
  return spawn(NODE, [COMMAND, ...args], { env, cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcomeOf(child: ReturnType<typeof spawnCommand>) {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function eachLine(stream: NodeJS.ReadableStream, use: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) use(piece);
  });
}

function parsedLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: 'raw', event: line };
  }
}

/** A link to the desk, as the machine's console prints it. */
export async function deskLink(site: Pick<TestSite, 'command'>): Promise<string> {
  const { stdout } = await site.command('desk', 'link');
  return stdout.trim();
}

/** Signs in by such a link; the cookie of the session, `name=value`. */
export async function deskCookie(link: string): Promise<string> {
  const { status, headers } = await postForm(link, {});
  const cookie = headers.getSetCookie()[0]?.split(';', 1)[0];
  if (status !== 303 || !cookie) throw new Error(`the link to the desk was answered by ${status}`);
  return cookie;
}
