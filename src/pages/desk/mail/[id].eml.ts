import type { APIRoute } from 'astro';
import { keptLetter } from '#core/mail/kept-mail.ts';
import { atDesk } from '../_session.ts';

/** A kept letter as it would have been sent. */
export const GET: APIRoute = async (context) => {
  const person = await atDesk(context, 'mail');
  if (person instanceof Response) return person;
  const id = decodeURIComponent(context.params.id ?? ''); // as [id].astro says
  const bytes = keptLetter(context.locals.app.config.dataDir, id);
  if (!bytes) return new Response(null, { status: 404 });
  const headers = {
    'content-type': 'message/rfc822',
    'content-disposition': 'attachment',
    'cache-control': 'no-store',
  };
  return new Response(new Uint8Array(bytes), { headers });
};
