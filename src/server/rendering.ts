import { AsyncLocalStorage } from 'node:async_hooks';
import type { RenderedPage } from './page-cache.ts';

/** The render under way for a request that may be cached; Astro's cache provider hands the page back through it. */
export const rendering = new AsyncLocalStorage<{ keep(page: RenderedPage): void }>();
