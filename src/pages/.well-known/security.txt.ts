import type { APIRoute } from 'astro';
import { securityTxt } from '#core/articles/security-txt.ts';

/** Not kept: its date moves with the days. */
export const GET: APIRoute = ({ locals: { app } }) =>
  new Response(securityTxt(app), { headers: { 'content-type': 'text/plain; charset=utf-8' } });
