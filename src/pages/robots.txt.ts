import type { APIRoute } from 'astro';

/** Pages of one person or one moment. */
const CLOSED = [
  '/desk/',
  '/comments/',
  '/newsletter/confirm/',
  '/newsletter/preferences/',
  '/newsletter/unsubscribe/',
  '/preview/',
];

export const GET: APIRoute = ({ locals: { app }, cache }) => {
  cache.set({ tags: ['site'] });
  const lines = [
    'User-agent: *',
    ...CLOSED.map((path) => `Disallow: ${path}`),
    '',
    `Sitemap: ${new URL('/sitemap.xml', app.siteUrl).href}`,
  ];
  return new Response(`${lines.join('\n')}\n`, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
};
