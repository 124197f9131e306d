import type { PageHandler } from './front-door.ts';

const DIST = new URL('../../dist/', import.meta.url);
/** The files of the built site. */
export const CLIENT_DIR = new URL('client/', DIST).pathname;

/** The pages as they were built. @throws where they were not */
export async function builtPages(): Promise<PageHandler> {
  const { handler } = (await import(new URL('server/entry.mjs', DIST).href)) as { handler: PageHandler };
  return handler;
}
