import type { APIRoute } from 'astro';
import { sitemap, sitemapEntries } from '#core/articles/sitemap.ts';

export const GET: APIRoute = ({ locals: { app }, cache }) => {
  cache.set({ tags: ['articles'] });
  return new Response(sitemap(sitemapEntries(app), app.siteUrl), {
    headers: { 'content-type': 'application/xml; charset=utf-8' },
  });
};
