import { AsyncLocalStorage } from 'node:async_hooks';
import type { KeptPage, RenderedPage } from './kept-page.ts';

/** The render under way for a request that may be cached; Astro's cache provider hands the page back through it. */
export const rendering = new AsyncLocalStorage<{
  /** The page as it is kept; undefined for one that changed meanwhile. */
  keep(page: RenderedPage): Promise<KeptPage | undefined>;
}>();
