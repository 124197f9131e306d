import type { APIContext, AstroGlobal } from 'astro';
import { deviceWords } from '#core/desk/device-words.ts';
import type { Visitor } from '#core/desk/sign-in.ts';

/** Who asks to be let in, as far as it can be seen. */
export function visitorAt({
  locals,
  request,
}: Pick<APIContext | AstroGlobal, 'locals' | 'request'>): Visitor {
  return { network: locals.clientAddress, device: deviceWords(request.headers.get('user-agent')) };
}
