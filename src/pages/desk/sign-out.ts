import type { APIRoute } from 'astro';
import { dropSession } from './_session.ts';

export const POST: APIRoute = async (context) => {
  await dropSession(context);
  return context.redirect('/desk/sign-in/', 303);
};
