import { timingSafeEqual } from 'node:crypto';
import type { APIContext, AstroGlobal } from 'astro';
import type { AtDesk } from '#core/desk/sessions.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import type { Form } from '../_form.ts';

/** What was typed and pressed when somebody was asked to show who they are: `action`, `id`, and fields of the form. */
export type Pressed = Record<string, string>;

type Context = Pick<APIContext | AstroGlobal, 'url' | 'request' | 'locals'>;

/** Those fields of a form, as typed. */
export function pressedOf(form: Form, ...names: string[]): Pressed {
  return Object.fromEntries(['action', 'id', ...names].map((name) => [name, form.text(name).slice(0, 200)]));
}

/** The same page, to come back to: it then says to press again, and shows what was typed. */
export function toPressAgain(
  { url, locals }: Pick<Context, 'url' | 'locals'>,
  { id }: AtDesk,
  pressed: Pressed,
): URL {
  const back = new URL(url);
  const text = Buffer.from(JSON.stringify(pressed)).toString('base64url');
  back.searchParams.set('pressed', `${text}.${sealOf({ locals, url: back }, id, text)}`);
  return back;
}

/**
 * What is to be pressed again on the page that is asked for, where whoever asks has just shown who they are. Sealed for
 * one person and one page, so that no link of anybody else's leads to a form that is filled in.
 */
export function pressedBefore({ url, request, locals }: Context): Pressed | undefined {
  const [text, seal] = url.searchParams.get('pressed')?.split('.') ?? [];
  const person = locals.desk;
  if (request.method !== 'GET' || !person?.isSteppedUp || text === undefined || seal === undefined)
    return undefined;
  const [given, ours] = [Buffer.from(seal), Buffer.from(sealOf({ locals, url }, person.id, text))];
  if (given.length !== ours.length || !timingSafeEqual(given, ours)) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Pressed;
}

function sealOf({ locals, url }: Pick<Context, 'url' | 'locals'>, person: string, text: string): string {
  return derivedToken(locals.app.secret, 'pressed', [person, url.pathname, text].join('\0'));
}
