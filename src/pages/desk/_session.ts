import type { APIContext, AstroGlobal } from 'astro';
import { endSession, type Moderator, moderatorOf, SESSION_MS } from '#core/desk/sessions.ts';

type Context = Pick<APIContext | AstroGlobal, 'cookies' | 'locals'>;

/** On https the browser itself then refuses the cookie from any other host or path (RFC 6265bis, `__Host-`). */
function cookieName({ locals }: Context): string {
  return locals.app.siteUrl.protocol === 'https:' ? '__Host-watchpost-desk' : 'watchpost-desk';
}

/** Who is at the desk; every page and handler of the desk asks this itself. */
export async function moderatorAt(context: Context): Promise<Moderator | undefined> {
  return moderatorOf(context.locals.app, context.cookies.get(cookieName(context))?.value);
}

export function keepSession(context: Context, token: string): void {
  const secure = context.locals.app.siteUrl.protocol === 'https:';
  context.cookies.set(cookieName(context), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: SESSION_MS / 1000,
  });
}

export async function dropSession(context: Context): Promise<void> {
  const token = context.cookies.get(cookieName(context))?.value;
  if (token) await endSession(context.locals.app, token);
  const secure = context.locals.app.siteUrl.protocol === 'https:';
  context.cookies.delete(cookieName(context), { path: '/', secure });
}

/** For those who are not signed in: a page to read leads to the sign-in, an act is refused. */
export function signInFirst({ request }: Pick<APIContext | AstroGlobal, 'request'>): Response {
  if (request.method !== 'POST')
    return new Response(null, {
      status: 303,
      headers: { location: '/desk/sign-in/', 'cache-control': 'no-store' },
    });
  const text = 'You are not signed in any more, so nothing was changed. Sign in and do it again.\n';
  return new Response(text, {
    status: 401,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** The token of the session, for who looks again later whether it still stands; who it belongs to is `moderatorAt`'s. */
export function sessionToken(context: Context): string | undefined {
  return context.cookies.get(cookieName(context))?.value;
}
