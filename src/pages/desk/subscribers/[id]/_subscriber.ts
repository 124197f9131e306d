import type { APIContext, AstroGlobal } from 'astro';
import { type Subscriber, subscriberById } from '#core/subscribers/subscriber-rows.ts';

/** Whom the address of a page names; undefined where nobody is there (any more). */
export async function subscriberAt({
  params,
  locals,
}: Pick<APIContext | AstroGlobal, 'params' | 'locals'>): Promise<Subscriber | undefined> {
  const { id = '' } = params;
  return /^[\w-]{1,64}$/.test(id) ? subscriberById(locals.app.db, id) : undefined;
}
