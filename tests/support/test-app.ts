import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type App, closeApp, type GivenParts, openApp } from '#core/app.ts';
import type { Clock } from '#core/platform/clock.ts';
import { type Config, projectRoot, readConfig } from '#core/platform/config.ts';
import type { Log } from '#core/platform/log.ts';

/** A clock that a test turns by hand. */
export class TestClock implements Clock {
  #now: Date;
  constructor(at: string) {
    this.#now = new Date(at);
  }
  now(): Date {
    return new Date(this.#now);
  }
  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

export interface LogLine {
  level: string;
  event: string;
  [field: string]: unknown;
}

export interface TestApp extends App {
  clock: TestClock;
  lines: LogLine[];
}

/** What a test may say of its app: settings as in the environment, a start time, a database of its own. */
export interface TestAppOptions {
  env?: NodeJS.ProcessEnv;
  now?: string;
  database?: GivenParts['database'];
}

/** A whole app in a temporary folder, with a small content folder of its own; gone when the test ends. */
export async function openTestApp(
  t: TestContext,
  { env = {}, now = '2026-11-24T09:00:00.000Z', database }: TestAppOptions = {},
): Promise<TestApp> {
  const dir = temporaryFolder(t);
  const contentDir = path.join(dir, 'content');
  mkdirSync(path.join(contentDir, 'articles'), { recursive: true });
  const lines: LogLine[] = [];
  const clock = new TestClock(now);
  const app = await openApp(
    testConfig({ DATA_DIR: path.join(dir, 'data'), CONTENT_DIR: contentDir, ...env }),
    {
      clock,
      log: memoryLog(lines),
      ...(database ? { database } : {}),
    },
  );
  t.after(() => closeApp(app));
  return Object.assign(app, { clock, lines });
}

/** The settings of a test: nothing of the machine's own environment. */
export function testConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig({ SITE_URL: 'http://watchpost.test', AKISMET_KEY: '', SMTP_URL: '', ...env });
}

export function memoryLog(lines: LogLine[]): Log {
  const write =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ ...fields, level, event });
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A copy of the content that the project ships, for a test that changes it. */
export function copiedContent(t: Pick<TestContext, 'after'>): string {
  const dir = path.join(temporaryFolder(t), 'content');
  cpSync(path.join(projectRoot, 'content'), dir, { recursive: true });
  return dir;
}

/** Saves an article; fields stand in front matter as given, `title` and `published` have defaults. */
export function writeArticle(
  contentDir: string,
  slug: string,
  { body = 'A body.', ...fields }: Record<string, unknown> = {},
): void {
  const all = { title: `Title of ${slug}`, published: '2026-11-23T08:00:00Z', ...fields };
  const front = Object.entries(all).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  mkdirSync(path.join(contentDir, 'articles'), { recursive: true });
  writeFileSync(path.join(contentDir, 'articles', `${slug}.md`), `---\n${front.join('\n')}\n---\n${body}\n`);
}
