import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from '#core/platform/config.ts';
import type { TestApp } from './test-app.ts';

/** Runs `watchpost …` beside an app, on its SQLite file and content, where nobody sits at a terminal. */
export async function command(
  { config }: Pick<TestApp, 'config'>,
  ...args: string[]
): Promise<{ code: number | null; output: string; errors: string }> {
  const settings = { DATA_DIR: config.dataDir, CONTENT_DIR: config.contentDir };
  const child = spawn(process.execPath, [path.join(projectRoot, 'src/cli/watchpost.mjs'), ...args], {
    env: { PATH: process.env.PATH, AKISMET_KEY: '', SMTP_URL: '', DATABASE_URL: '', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, output, errors };
}
