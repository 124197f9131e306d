import { AsyncLocalStorage } from 'node:async_hooks';
import type { RenderedPage } from './kept-page.ts';
import type { Version } from './versions.ts';

/** The render under way for a request that may be cached; Astro's cache provider hands the page back through it. */
export const rendering = new AsyncLocalStorage<{
  /** Its version; undefined for one that changed meanwhile and is not kept. */
  keep(page: RenderedPage): Version | undefined;
}>();
