import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { APIRoute } from 'astro';
import { stepUpByPasskey, stepUpQuestion } from '#core/desk/passkey-sign-in.ts';
import { answerJson, sentBy } from '../_json.ts';
import { atDesk, keepSession } from '../_session.ts';
import { wayBack } from '../_way-back.ts';

/** Asks whoever is signed in for a passkey again, then takes it. */
export const POST: APIRoute = async (context) => {
  const person = await atDesk(context, 'account');
  if (person instanceof Response) return person;
  const { app } = context.locals;
  return answerJson(async () => {
    const { credential, text } = await sentBy<AuthenticationResponseJSON>(context.request);
    if (!credential) return { question: await stepUpQuestion(app, person) };
    keepSession(context, await stepUpByPasskey(app, person, credential));
    return { to: wayBack(text('to'), app.siteUrl) };
  });
};
