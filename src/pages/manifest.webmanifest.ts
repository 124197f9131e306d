import type { APIRoute } from 'astro';
import { THEME_COLOUR } from '../components/theme.ts';

/** What a phone needs to keep the site among its programs. */
export const GET: APIRoute = ({ locals: { app }, cache }) => {
  cache.set({ tags: ['site'] });
  const { title, description, language } = app.library.site;
  const manifest = {
    id: '/',
    name: title,
    description: description || undefined,
    lang: language,
    start_url: '/',
    scope: '/',
    display: 'minimal-ui',
    background_color: THEME_COLOUR,
    theme_color: THEME_COLOUR,
    icons: [
      { src: '/favicon.svg', type: 'image/svg+xml', sizes: 'any' },
      { src: '/icon-192.png', type: 'image/png', sizes: '192x192' },
      { src: '/icon-512.png', type: 'image/png', sizes: '512x512' },
      { src: '/icon-maskable-512.png', type: 'image/png', sizes: '512x512', purpose: 'maskable' },
    ],
  };
  return new Response(JSON.stringify(manifest), {
    headers: { 'content-type': 'application/manifest+json; charset=utf-8' },
  });
};
