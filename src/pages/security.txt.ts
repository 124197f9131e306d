import type { APIRoute } from 'astro';

/** Where it stood before RFC 9116. */
export const GET: APIRoute = ({ redirect }) => redirect('/.well-known/security.txt', 301);
