import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CLIENT_DIR } from '../built-pages.ts';

const STYLES = /<link rel="stylesheet" href="\/_astro\/([\w.-]+\.css)">/g;
/** What a page fetches besides: in its frame it is a stranger to the site, and gets none of it. */
const FETCHED = /<link rel="(?!stylesheet)[^"]*"[^>]*>|<script\b.*?<\/script>/gs;

/**
 * A page of a drill as it stands alone, to be framed: its looks are put into it, and nothing in it can be pressed.
 * Styles of a build that is gone since are left out.
 */
export async function standingAlone(html: string): Promise<string> {
  const names = [...html.matchAll(STYLES)].map(([, name = '']) => name);
  const styles = new Map(await Promise.all(names.map(async (name) => [name, await stylesOf(name)] as const)));
  return html
    .replace(FETCHED, '')
    .replace(STYLES, (_, name: string) => `<style>${styles.get(name) ?? ''}</style>`)
    .replace('<body', '<body inert');
}

async function stylesOf(name: string): Promise<string> {
  try {
    return await readFile(path.join(CLIENT_DIR, '_astro', name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}
