import type { APIContext, AstroGlobal } from 'astro';
import { type Area, isFor } from '#core/desk/roles.ts';
import { type AtDesk, endSession, personAt, SESSION_MS } from '#core/desk/sessions.ts';
import { recordAct } from '#core/platform/audit.ts';
import { NoRoom, withReserve } from '#core/platform/reserve.ts';
import { tokenHash } from '#core/platform/tokens.ts';
import { refusalPage } from '#server/refusals.ts';
import { looksAgain } from '../../components/live.ts';
import { type Pressed, toPressAgain } from './_pressed.ts';
import { fromHere, stepUpPath } from './_way-back.ts';

type Context = Pick<APIContext | AstroGlobal, 'cookies' | 'locals' | 'request' | 'url' | 'routePattern'>;
type Cookies = Pick<Context, 'cookies' | 'locals'>;

/** On https the browser itself then refuses the cookie from any other host or path (RFC 6265bis, `__Host-`). */
function cookieName({ locals }: Pick<Context, 'locals'>): string {
  return locals.app.siteUrl.protocol === 'https:' ? '__Host-watchpost-desk' : 'watchpost-desk';
}

/**
 * Who is at the desk, where they may be in that part of it. Every page and handler of the desk begins with this, so that
 * no spelling of an address goes past it:
 *
 *     const person = await atDesk(Astro, 'comments');
 *     if (person instanceof Response) return person;
 *
 * @param need `step-up` where they must have shown in the last ten minutes who they are, whatever the method
 * @returns what is answered instead: the sign-in, or 401 for an act; 403; the step-up, which comes back here
 */
export async function atDesk(context: Context, area: Area, need?: 'step-up'): Promise<AtDesk | Response> {
  const { locals, request, routePattern } = context;
  const isByItself = asksByItself(context);
  const token = context.cookies.get(cookieName(context))?.value;
  const person = await personAt(locals.app, token, !isByItself);
  if (!person) return signInFirst(context);
  if (!isFor(person.role, area)) {
    const subject = `${request.method} ${routePattern}`;
    // A page that is still open where somebody was demoted asks again and again: that is no act of theirs.
    if (!isByItself || context.url.pathname !== LINE)
      await recordAct(locals.app.db, locals.app, { who: person.name, act: 'desk.refused', subject });
    return refused(person);
  }
  locals.desk = person; // for the layout, which shows what this person may do
  locals.app = { ...locals.app, who: person.name }; // for the audit log
  if (need === 'step-up' && !person.isSteppedUp) return seeOther(stepUpPath(context.url));
  return person;
}

/**
 * Leads those who have not shown lately who they are to do so, and then back; nothing is done until then, and the page
 * that they come back to says so.
 *
 * @param pressed what they were about to do, and what they had typed
 */
export function stepUpFirst(
  context: Pick<Context, 'url' | 'locals'>,
  person: AtDesk,
  pressed: Pressed = {},
): Response | undefined {
  return person.isSteppedUp ? undefined : seeOther(stepUpPath(toPressAgain(context, person, pressed)));
}

/**
 * Gives the browser a session; the one that it had ends, so that nobody is handed one to sign in with. On a disk that is
 * full to the last byte that cannot be written, and it ends by its time: what was spent to come in must not be in vain.
 */
export async function enterDesk(context: Cookies, token: string): Promise<void> {
  const { app } = context.locals;
  const before = context.cookies.get(cookieName(context))?.value;
  keepSession(context, token);
  if (!before) return;
  try {
    await withReserve(app, () => endSession(app, before, 'another sign-in'));
  } catch (error) {
    if (!(error instanceof NoRoom)) throw error;
    app.log.warn('desk.session-not-ended', { message: error.message });
  }
}

/** Gives the browser the new token of its session. */
export function keepSession(context: Cookies, token: string): void {
  const secure = context.locals.app.siteUrl.protocol === 'https:';
  context.cookies.set(cookieName(context), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: SESSION_MS / 1000,
  });
}

export async function dropSession(context: Cookies): Promise<void> {
  const token = context.cookies.get(cookieName(context))?.value;
  if (token) await endSession(context.locals.app, token);
  const secure = context.locals.app.siteUrl.protocol === 'https:';
  context.cookies.delete(cookieName(context), { path: '/', secure });
}

/** The hash of whose session asks, for who looks again later whether it still stands. */
export function sessionHash(context: Context): string {
  return tokenHash('session', context.cookies.get(cookieName(context))?.value ?? '');
}

/** Where pages hear what moves. */
const LINE = '/desk/live/';

/** Whether nobody need be there for this to be asked: pages that move by a script, or by being loaded anew. */
function asksByItself({ request, url }: Pick<Context, 'request' | 'url'>): boolean {
  if (request.method !== 'GET') return false;
  return isLine(request) || request.headers.get('x-by-itself') === 'yes' || looksAgain(url);
}

function isLine(request: Request): boolean {
  return request.headers.get('accept') === 'text/event-stream';
}

/** For those who are not signed in: a page to read leads to the sign-in; an act, or a page that looks on, is refused. */
function signInFirst({ request, url }: Pick<Context, 'request' | 'url'>): Response {
  if (request.method !== 'POST' && !isLine(request)) return seeOther(`/desk/sign-in/${fromHere(url)}`);
  const text = 'You are not signed in any more, so nothing was changed. Sign in and do it again.\n';
  return new Response(text, {
    status: 401,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}

function refused({ role }: AtDesk): Response {
  const title = 'This is not for you to do';
  const text = `You are at the desk as ${role}. Nothing was changed. Ask an owner of the site for another role.`;
  return new Response(refusalPage(403, { title, text, back: { href: '/desk/', name: 'The desk' } }), {
    status: 403,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}
