import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { APIRoute } from 'astro';
import { signInByPasskey, signInQuestion } from '#core/desk/passkey-sign-in.ts';
import { answerJson, sentBy } from '../_json.ts';
import { enterDesk } from '../_session.ts';
import { visitorAt } from '../_visitor.ts';
import { wayBack } from '../_way-back.ts';

/** Asks for a passkey, then takes it; open to everybody. */
export const POST: APIRoute = (context) =>
  answerJson(async () => {
    const { app, clientAddress } = context.locals;
    const { credential, text } = await sentBy<AuthenticationResponseJSON>(context.request);
    if (!credential) return { question: await signInQuestion(app, clientAddress) };
    await enterDesk(context, await signInByPasskey(app, credential, visitorAt(context)));
    return { to: wayBack(text('to'), app.siteUrl) };
  });
