import type { App } from '#core/app.ts';
import { insertPasskey } from '#core/desk/passkey-rows.ts';
import { makeRecoveryCodes } from '#core/desk/recovery-codes.ts';
import { type AtDesk, personAt, sessionsOf } from '#core/desk/sessions.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { waysIn } from '#core/desk/ways-in.ts';
import { isoTime } from '#core/platform/clock.ts';
import type { Play } from './play.ts';
import type { OpenStage } from './scene.ts';
import type { Visitor } from './visitor.ts';

/** An owner who has lost the device gets in by a recovery code, and then, without any, by the console. */
export async function passkeyLost(play: Play, open: OpenStage): Promise<void> {
  const stage = await open();
  const { app } = stage;
  const owner = await ownerWithPasskey(app);
  const [code = '', other = ''] = await makeRecoveryCodes(app, owner);
  const elsewhere = await stage.writer(); // whoever has the device, say
  play.did(
    'The owner of the scratch copy had a passkey, recovery codes, and a session elsewhere; the passkey is lost.',
  );

  const visitor = stage.visitor();
  play.saw(
    'writer',
    'The writer opened the sign-in without the passkey.',
    await visitor.get('/desk/sign-in/'),
  );
  const { sent, shown } = await visitor.send('/desk/sign-in/', { code, to: '/desk/' });
  play.did('They typed one of the recovery codes.');
  play.must(
    'The recovery code let them in, without the passkey.',
    sent.status === 303 && shown.status === 200,
  );
  play.saw('writer', 'They came to their account.', shown);
  play.must('The session elsewhere ended.', await isOut(elsewhere));
  play.must(
    'There is one session now, that of the recovery.',
    (await sessionsOf(app, owner.id)).length === 1,
  );
  const { codesLeft, passkeys } = await waysIn(app, owner);
  play.must('The code is spent, and the others are not.', codesLeft === 9);
  play.must('The passkey stands in the account still, to be removed there.', passkeys === 1);

  const again = await stage.visitor().post('/desk/sign-in/', { code, to: '/desk/' });
  play.must('The same code lets nobody in a second time.', again.status === 422);
  play.saw('writer', 'Somebody typed the same code again.', again);

  await byConsole(play, stage.visitor(), visitor, app);
  const spare = await stage.visitor().post('/desk/sign-in/', { code: other, to: '/desk/' });
  play.must('Another code lets in as well.', spare.status === 303);
}

async function ownerWithPasskey(app: App): Promise<AtDesk> {
  const link = new URL(await deskLink(app)).pathname.split('/').at(-2) ?? '';
  const session = await signInByLink(app, link, { network: '127.0.0.1', device: 'The lost device' });
  const owner = await personAt(app, session);
  if (!owner) throw new Error('The console link made no session.');
  // Nobody ever shows it: what it says need not be a key.
  await insertPasskey(app.db, {
    ...{ id: 'lost', person_id: owner.id, name: 'The lost device', public_key: '', counter: 1 },
    ...{ transports: '[]', device_type: 'singleDevice', backed_up: 0, used_at: null },
    created_at: isoTime(app.clock.now()),
  });
  return owner;
}

/** The last resort: no code at hand either. */
async function byConsole(play: Play, fresh: Visitor, recovered: Visitor, app: App): Promise<void> {
  const path = new URL(await deskLink(app)).pathname;
  play.did('Then, as if no code were at hand, the link was used that “npx watchpost desk link” prints.');
  play.saw('writer', 'The writer opened the link.', await fresh.get(path));
  const { sent, shown } = await fresh.send(path, {});
  play.must('The console link let them in.', sent.status === 303 && shown.status === 200);
  play.must('It ended the session before it.', await isOut(recovered));
  play.must('It is good once.', (await fresh.get(path)).status === 410);
}

async function isOut(visitor: Visitor): Promise<boolean> {
  const { status, location } = await visitor.get('/desk/');
  return status === 303 && location.startsWith('/desk/sign-in/');
}
