import type { APIRoute } from 'astro';
import { drillPage } from '#core/desk/drills.ts';
import { standingAlone } from '#server/drill/seen-page.ts';
import { PLAYED_HEADERS } from '#server/headers.ts';
import { atDesk } from '../../_session.ts';

/** A page as it was seen in the last drill, to stand in a frame of the desk. */
export const GET: APIRoute = async (context) => {
  const person = await atDesk(context, 'security');
  if (person instanceof Response) return person;
  const html = await drillPage(context.locals.app.db, context.params.page ?? '');
  if (html === undefined) return new Response(null, { status: 404 });
  return new Response(await standingAlone(html), {
    headers: { ...PLAYED_HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
};
