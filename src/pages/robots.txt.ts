import type { APIRoute } from 'astro';

export const GET: APIRoute = ({ cache }) => {
  cache.set({ tags: ['site'] });
  const closed = [
    '/desk/',
    '/comments/',
    '/newsletter/confirm/',
    '/newsletter/preferences/',
    '/newsletter/unsubscribe/',
  ];
  return new Response(`User-agent: *\n${closed.map((path) => `Disallow: ${path}`).join('\n')}\n`, {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
};
