import type { APIRoute } from 'astro';
import { keptLetter, readLetter } from '#core/mail/kept-mail.ts';
import { letterInFrame } from '#core/mail/letter-look.ts';
import { LETTER_HEADERS } from '#server/headers.ts';
import { atDesk } from '../../_session.ts';

/** A kept letter as a mail program would show it, to stand in a frame of the desk. */
export const GET: APIRoute = async (context) => {
  const person = await atDesk(context, 'mail');
  if (person instanceof Response) return person;
  const id = decodeURIComponent(context.params.id ?? ''); // as index.astro says
  const bytes = keptLetter(context.locals.app.config.dataDir, id);
  const { html } = bytes ? readLetter(bytes) : { html: '' };
  if (html === '') return new Response(null, { status: 404 });
  const scheme = context.url.searchParams.get('scheme') === 'dark' ? 'dark' : 'light';
  return new Response(letterInFrame(scheme, html), {
    headers: { ...LETTER_HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
};
