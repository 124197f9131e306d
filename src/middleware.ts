import { defineMiddleware } from 'astro:middleware';
import { AppError, type ErrorCode } from '#core/platform/errors.ts';

const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  unauthorized: 401,
  limited: 429,
  unavailable: 503,
};

/** The one place where a broken rule becomes a status; and the pages hear of a change before its maker does. */
export const onRequest = defineMiddleware(async ({ locals, request, rewrite, routePattern }, next) => {
  try {
    const response = await next();
    if (response.headers.get('content-type') === 'text/html')
      response.headers.set('content-type', 'text/html; charset=utf-8');
    if (request.method === 'POST') await locals.app.changes.refresh();
    return response;
  } catch (error) {
    if (!(error instanceof AppError)) {
      locals.app.log.error('bug.page', { route: routePattern, error }); // never the address: it may hold a token
      throw error;
    }
    if (error.code === 'not-found') return rewrite('/404');
    return new Response(error.message, {
      status: STATUS[error.code],
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  }
});
