import type { APIRoute } from 'astro';
import { lettersToSee } from '#core/editions/letters-to-see.ts';
import { letterAsSeen } from '#core/editions/previews.ts';
import { LETTER_HEADERS } from '#server/headers.ts';
import { atDesk } from '../../../../_session.ts';
import { seeingAt, sourceAt } from '../../../_letters.ts';

/** A letter as a mail program would show it, to stand in a frame of the desk. */
export const GET: APIRoute = async (context) => {
  const person = await atDesk(context, 'editions');
  if (person instanceof Response) return person;
  const { app } = context.locals;
  const source = sourceAt(context);
  const seen = source && (await lettersToSee(app, source));
  const { letter, scheme } = seeingAt(context);
  const variant = seen?.letters[letter - 1];
  if (!seen || !variant) return new Response(null, { status: 404 });
  return new Response(letterAsSeen(app, seen.edition, variant, scheme), {
    headers: { ...LETTER_HEADERS, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
};
