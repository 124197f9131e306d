import type { APIRoute } from 'astro';
import { sitemapEntries, sitemapPart } from '#core/articles/sitemap.ts';

export const GET: APIRoute = ({ locals: { app }, params: { part = '' }, cache }) => {
  const text = /^[1-9]\d{0,3}$/.test(part) ? sitemapPart(sitemapEntries(app), Number(part)) : undefined;
  if (text === undefined) return new Response(null, { status: 404 });
  cache.set({ tags: ['articles'] });
  return new Response(text, { headers: { 'content-type': 'application/xml; charset=utf-8' } });
};
