import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { APIRoute } from 'astro';
import { addPasskey, newPasskeyQuestion } from '#core/desk/own-passkeys.ts';
import { answerJson, sentBy } from '../_json.ts';
import { atDesk } from '../_session.ts';
import { stepUpPath } from '../_way-back.ts';

const ACCOUNT = '/desk/account/';

/** Has a browser make a passkey for whoever is signed in, and keeps it. */
export const POST: APIRoute = async (context) => {
  const person = await atDesk(context, 'account');
  if (person instanceof Response) return person;
  const { app } = context.locals;
  return answerJson(async () => {
    const { credential, text } = await sentBy<RegistrationResponseJSON>(context.request);
    if (!person.isSteppedUp) return { to: stepUpPath(new URL(ACCOUNT, app.siteUrl)) };
    if (!credential) return { question: await newPasskeyQuestion(app, person) };
    await addPasskey(app, person, { response: credential, name: text('name') });
    return { to: ACCOUNT };
  });
};
