import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { projectRoot } from '#core/platform/config.ts';
import { COMMAND, NODE } from './program.ts';

/** A Watchpost of its own in a temporary folder, driven from outside: by its commands, its database, its letters. */
export interface Newsroom {
  dataDir: string;
  contentDir: string;
  /** The SQLite file. */
  file: string;
  env: NodeJS.ProcessEnv;
  /** Runs `watchpost …` to its end. */
  command(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Begins one, for a caller that ends it by force; its standard error comes line by line. */
  begin(onLine: (line: string) => void, ...args: string[]): ChildProcess;
  /** Its own look into the database, beside whoever works on it. */
  ask<Row>(sql: string, ...values: unknown[]): Row[];
  /** Removes it; whoever works on it must have ended. */
  close(): void;
}

/** Content as given by file name, an empty database in its newest form. */
export async function openNewsroom(
  content: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
): Promise<Newsroom> {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchpost-newsroom-'));
  const [dataDir, contentDir] = [path.join(dir, 'data'), path.join(dir, 'content')];
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(path.dirname(path.join(contentDir, name)), { recursive: true });
    writeFileSync(path.join(contentDir, name), text);
  }
  const settings = {
    ...{ PATH: process.env.PATH, TZ: 'UTC', LOG_LEVEL: 'error' },
    ...{ SITE_URL: 'http://news.watchpost.test', DATA_DIR: dataDir, CONTENT_DIR: contentDir },
    ...{ SMTP_URL: '', AKISMET_KEY: '', MAIL_FROM: 'Watchpost <news@watchpost.test>', ...env },
  };
  const begin = (args: string[]) =>
    spawn(NODE, [COMMAND, ...args], { env: settings, cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  const file = path.join(dataDir, 'watchpost.sqlite');
  let looking: Database.Database | undefined;
  const newsroom: Newsroom = {
    ...{ dataDir, contentDir, file, env: settings },
    async command(...args) {
      const child = begin(args);
      const told = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => (told[name] += text));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...told };
    },
    begin(onLine, ...args) {
      const child = begin(args);
      child.stdout.resume();
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n')) if (line) onLine(line);
      });
      return child;
    },
    ask<Row>(sql: string, ...values: unknown[]) {
      looking ??= new Database(file, { readonly: true });
      return looking.prepare(sql).all(...values) as Row[];
    },
    close() {
      looking?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  const { code, stderr } = await newsroom.command('migrate');
  if (code !== 0) throw new Error(`the database was not made: ${stderr}`);
  return newsroom;
}

/** An article's file, as `openNewsroom` takes it. */
export function articleFile(
  slug: string,
  dek = 'What happened, and what to do.',
): [name: string, text: string] {
  const front = { title: `The story of ${slug}`, dek, published: '2026-11-20T08:00:00Z', topics: ['cloud'] };
  const fields = Object.entries(front).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [`articles/${slug}.md`, `---\n${fields.join('\n')}\n---\nA body.\n`];
}
