import type { CacheProviderFactory } from 'astro';
import { rendering } from '#server/rendering.ts';

/** Lets pages use Astro's own cache API (`Astro.cache.set({ tags })`) while the bytes live in the front door's cache. */
const factory: CacheProviderFactory = () => {
  const asked = new WeakMap<Request, readonly string[]>();
  return {
    name: 'front-door',
    setHeaders(options, request) {
      asked.set(request, options.tags ?? []);
      return new Headers();
    },
    async onRequest({ request }, next) {
      const response = await next();
      const job = rendering.getStore();
      const tags = asked.get(request);
      if (!job || !tags || response.status !== 200 || response.headers.has('set-cookie')) return response;
      const body = Buffer.from(await response.arrayBuffer());
      job.keep({ headers: response.headers, body, tags });
      return new Response(new Uint8Array(body), { status: 200, headers: response.headers });
    },
    async invalidate() {
      throw new Error('Pages change through recordPageChange() of the core.');
    },
  };
};
export default factory;
