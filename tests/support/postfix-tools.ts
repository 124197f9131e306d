import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where Postfix lies: `/` where it is installed, or the folder into which its package was unpacked. */
export interface PostfixTools {
  root: string;
  /** A program of `usr/sbin`. */
  program(name: string): string;
  /** What its programs need to run from there. */
  env: NodeJS.ProcessEnv;
}

/** The installed one, or what POSTFIX_DIR names; undefined where there is none that runs. */
export function findPostfix(): PostfixTools | undefined {
  const roots = [process.env.POSTFIX_DIR, '/'].filter((root) => root !== undefined);
  return roots.map(toolsIn).find(isRunnable);
}

/** Unpacks Debian's package, which is not installed by that: it neither asks, nor starts anything, nor leaves anything. */
export function fetchPostfix(dir: string): PostfixTools | undefined {
  const fetched = spawnSync('apt-get', ['download', 'postfix'], {
    cwd: dir,
    stdio: 'ignore',
    timeout: 20_000,
  });
  const file = fetched.status === 0 ? readdirSync(dir).find((name) => name.endsWith('.deb')) : undefined;
  if (file === undefined) return undefined;
  if (spawnSync('dpkg-deb', ['-x', file, '.'], { cwd: dir, stdio: 'ignore' }).status !== 0) return undefined;
  const tools = toolsIn(dir);
  return isRunnable(tools) ? tools : undefined;
}

function toolsIn(root: string): PostfixTools {
  const libraries = path.join(root, 'usr/lib/postfix');
  const env = { PATH: process.env.PATH, ...(root === '/' ? {} : { LD_LIBRARY_PATH: libraries }) };
  return { root, program: (name) => path.join(root, 'usr/sbin', name), env };
}

/** Its libraries are there, too. */
function isRunnable({ program, env }: PostfixTools): boolean {
  return (
    existsSync(program('postconf')) &&
    spawnSync(program('postconf'), ['-d', 'mail_version'], { env }).status === 0
  );
}
