import type { APIRoute } from 'astro';
import { keptCommentsOf } from '#core/comments/own-comments.ts';
import { noteAct } from '#core/platform/audit.ts';
import { keptSubscriber } from '#core/subscribers/kept.ts';
import { suppressionOf } from '#core/subscribers/suppression.ts';
import { sendOwnData } from '../../../_own-data.ts';
import { atDesk, stepUpFirst } from '../../_session.ts';
import { subscriberPath } from '../_filter.ts';
import { subscriberAt } from './_subscriber.ts';

/** All that is kept of one, for somebody who asks for it in another way than by their own page. */
export const POST: APIRoute = async (context) => {
  const person = await atDesk(context, 'subscribers');
  if (person instanceof Response) return person;
  const { app } = context.locals;
  const subscriber = await subscriberAt(context);
  if (!subscriber) return new Response(null, { status: 404 });
  const first = stepUpFirst({ ...context, url: new URL(subscriberPath(subscriber.id), context.url) }, person);
  if (first) return first;
  await noteAct(app.db, app, { act: 'subscriber.export', subject: `subscriber:${subscriber.id}` });
  const kept = await keptSubscriber(app.db, subscriber);
  const suppressed = await suppressionOf(app, app.db, subscriber.email_key);
  return sendOwnData('kept-of-a-subscriber', {
    subscriber: { ...kept, suppressed: suppressed?.reason ?? null },
    comments: await keptCommentsOf(app.db, subscriber.email_key),
  });
};
