import { defineMiddleware } from 'astro:middleware';
import type { APIContext, MiddlewareNext } from 'astro';
import { AppError } from '#core/platform/errors.ts';
import { refusalPage } from '#server/refusals.ts';
import { statusOf } from './pages/_status.ts';

/** When to come again, where the rule that was broken does not know better. */
const RETRY_SECONDS = '60';

/** The pages hear of a change before its maker does. */
export const onRequest = defineMiddleware(async (context, next) => {
  const { app } = context.locals;
  const response = await answer(context, next);
  if (response.headers.get('content-type') === 'text/html')
    response.headers.set('content-type', 'text/html; charset=utf-8');
  if ((response.status === 429 || response.status === 503) && !response.headers.has('retry-after'))
    response.headers.set('retry-after', RETRY_SECONDS);
  if (response.status === 503) app.log.warn('page.unavailable', { route: context.routePattern });
  if (context.request.method === 'POST') await app.changes.refresh();
  return response;
});

/** A broken rule that the page has no answer to itself gets a small page of its own. */
async function answer(
  { locals, rewrite, routePattern }: APIContext,
  next: MiddlewareNext,
): Promise<Response> {
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof AppError)) {
      locals.app.log.error('bug.page', { route: routePattern, error }); // never the address: it may hold a token
      throw error;
    }
    if (error.code === 'not-found') return rewrite('/404');
    const { status, headers } = statusOf(error);
    return new Response(refusalPage(status, { text: error.message }), {
      status,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
    });
  }
}
