import type { CacheOptions, CacheProviderFactory } from 'astro';
import { rendering } from '#server/rendering.ts';

/** Lets pages use Astro's own cache API (`Astro.cache.set({ tags })`) while the bytes live in the front door's cache. */
const factory: CacheProviderFactory = () => {
  const asked = new WeakMap<Request, CacheOptions>();
  return {
    name: 'front-door',
    setHeaders(options, request) {
      asked.set(request, options);
      return new Headers();
    },
    async onRequest({ request }, next) {
      const response = await next();
      const job = rendering.getStore();
      const options = asked.get(request);
      if (!job || !options || response.status !== 200 || response.headers.has('set-cookie')) return response;
      const body = Buffer.from(await response.arrayBuffer());
      const { tags = [], lastModified, maxAge } = options;
      const kept = await job.keep({ headers: response.headers, body, tags, lastModified, maxAge });
      // As from memory, so that the first reader too gets it compressed, or hears that it has not changed.
      if (kept) return kept.answerTo(Object.fromEntries(request.headers)).response();
      return new Response(new Uint8Array(body), { status: 200, headers: response.headers });
    },
    async invalidate() {
      throw new Error('Pages change through recordPageChange() of the core.');
    },
  };
};
export default factory;
