import type { APIRoute } from 'astro';
import { ownCodes } from '#core/desk/recovery-codes.ts';
import { AppError } from '#core/platform/errors.ts';
import { formOf } from '../../_form.ts';
import { atDesk } from '../_session.ts';

/**
 * The codes as a file, for the page that has just shown them and sends them along: nothing here could tell them again.
 */
export const POST: APIRoute = async (context) => {
  const person = await atDesk(context, 'account');
  if (person instanceof Response) return person;
  const { app } = context.locals;
  const codes = await ownCodes(app, person, (await formOf(context.request)).texts('code'));
  if (codes.length === 0) throw new AppError('conflict', 'These codes are not yours, or not good any more.');
  const { host } = app.siteUrl;
  const text = `Recovery codes for the desk at ${host}, of ${person.name}\nEach is good once: ${app.siteUrl.origin}/desk/sign-in/\n\n${codes.join('\n')}\n`;
  return new Response(text, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="recovery-codes-${host.replace(/[^\w.-]/g, '-')}.txt"`,
      'cache-control': 'no-store',
    },
  });
};
