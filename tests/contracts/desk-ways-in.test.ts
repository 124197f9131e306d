import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { invite, invitedBy, join, takeInvitationBack } from '#core/desk/invitations.ts';
import { addPasskey, newPasskeyQuestion, passkeysSeen, removePasskey } from '#core/desk/own-passkeys.ts';
import {
  signInByPasskey,
  signInQuestion,
  stepUpByPasskey,
  stepUpQuestion,
} from '#core/desk/passkey-sign-in.ts';
import { changeOwnName, changeRole, checkedPerson, peopleAtDesk, removePerson } from '#core/desk/people.ts';
import { makeRecoveryCodes, ownCodes } from '#core/desk/recovery-codes.ts';
import { refusedTries } from '#core/desk/refused-tries.ts';
import {
  type AtDesk,
  deleteOldSessions,
  endSession,
  personAt,
  revokeSession,
  sessionsOf,
} from '#core/desk/sessions.ts';
import { deskLink, signInByCode, signInByLink, tryCode } from '#core/desk/sign-in.ts';
import { waysIn } from '#core/desk/ways-in.ts';
import { DAY, HOUR, MINUTE } from '#core/platform/clock.ts';
import { Authenticator } from '../support/authenticator.ts';
import { testEngines } from '../support/engines.ts';
import type { TestApp } from '../support/test-app.ts';

const VISITOR = { network: '192.0.2.1', device: 'Firefox on Linux' };
const tokenOf = (link: string) => link.split('/').at(-2) ?? '';

async function consoleSession(app: TestApp, name?: string): Promise<string> {
  const session = await signInByLink(app, tokenOf(await deskLink(app, name)), VISITOR);
  assert.ok(session);
  return session;
}

async function at(app: TestApp, session: string | undefined): Promise<AtDesk> {
  const person = await personAt(app, session);
  assert.ok(person);
  return person;
}

async function owner(app: TestApp): Promise<AtDesk> {
  return at(app, await consoleSession(app));
}

async function withPasskey(app: TestApp, who: AtDesk): Promise<Authenticator> {
  const device = new Authenticator(app.siteUrl.origin);
  const response = device.create(await newPasskeyQuestion(app, who));
  await addPasskey(app, who, { response, name: 'Key' });
  return device;
}

async function editor(app: TestApp, by: AtDesk, name = 'Ann'): Promise<string> {
  const session = await join(app, tokenOf(await invite(app, by, { name, role: 'editor' })), VISITOR);
  assert.ok(session);
  return session;
}

const REFUSED = { code: 'unauthorized' };

async function actsOf(app: TestApp) {
  return app.db
    .selectFrom('audit')
    .select(['who', 'act', 'subject', 'before', 'after'])
    .orderBy('id')
    .execute();
}

for (const { name, openApp } of testEngines()) {
  describe(`ways into the desk on ${name}`, () => {
    test('the first link of the console makes the owner, a later one finds the same', async (t) => {
      const app = await openApp(t);
      const first = await owner(app);
      assert.deepEqual([first.name, first.role, first.isSteppedUp], ['owner', 'owner', true]);
      assert.equal((await owner(app)).id, first.id);
      assert.equal((await peopleAtDesk(app.db)).length, 1);
    });

    test('two first links at once make one owner', async (t) => {
      const app = await openApp(t);
      const links = [await deskLink(app), await deskLink(app)];
      await Promise.all(links.map((link) => signInByLink(app, tokenOf(link), VISITOR)));
      assert.equal((await peopleAtDesk(app.db)).length, 1);
    });

    test('a link pressed twice at once lets one in', async (t) => {
      const app = await openApp(t);
      const token = tokenOf(await deskLink(app));
      const sessions = await Promise.all([1, 2].map(() => signInByLink(app, token, VISITOR)));
      assert.equal(sessions.filter(Boolean).length, 1);
    });

    test('a session ends after eight hours without use, and after seven days of it', async (t) => {
      const app = await openApp(t);
      const left = await consoleSession(app);
      app.clock.advance(8 * HOUR - MINUTE);
      await at(app, left); // which is a use
      app.clock.advance(8 * HOUR + MINUTE);
      assert.equal(await personAt(app, left), undefined);
      const used = await consoleSession(app);
      for (let hours = 0; hours < 7 * 24 - 4; hours += 4) {
        await at(app, used);
        app.clock.advance(4 * HOUR);
      }
      await at(app, used);
      app.clock.advance(4 * HOUR);
      assert.equal(await personAt(app, used), undefined);
    });

    test('a passkey signs in and steps up, each time with a new session id; its challenge is good once', async (t) => {
      const app = await openApp(t);
      const device = await withPasskey(app, await owner(app));
      const answer = device.get(await signInQuestion(app, VISITOR.network));
      const session = await signInByPasskey(app, answer, VISITOR);
      const person = await at(app, session);
      assert.equal(person.session.way, 'passkey');
      await assert.rejects(signInByPasskey(app, answer, VISITOR), REFUSED);

      app.clock.advance(11 * MINUTE);
      const later = await at(app, session);
      assert.equal(later.isSteppedUp, false);
      const renewed = await stepUpByPasskey(app, later, device.get(await stepUpQuestion(app, later)));
      const after = await at(app, renewed);
      assert.equal(after.isSteppedUp, true);
      assert.notEqual(after.session.id, person.session.id);
      assert.equal(await personAt(app, session), undefined);
    });

    test('of one answer that comes twice at once, one signs in', async (t) => {
      const app = await openApp(t);
      const device = await withPasskey(app, await owner(app));
      const answer = device.get(await signInQuestion(app, VISITOR.network));
      const tries = await Promise.allSettled([1, 2].map(() => signInByPasskey(app, answer, VISITOR)));
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    test('no passkey without verification, for another origin, question or time, or of somebody else', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const device = await withPasskey(app, who);
      const question = () => signInQuestion(app, VISITOR.network);
      const refused = async (answer: ReturnType<Authenticator['get']>) =>
        assert.rejects(signInByPasskey(app, answer, VISITOR), REFUSED);
      await refused(device.get(await question(), { isVerified: false }));
      await refused(device.get(await question(), { origin: 'https://watchpost.test' }));
      await refused(device.get(await question(), { origin: 'http://evil.test' }));
      await refused(device.get(await stepUpQuestion(app, who))); // asked for something else
      await refused(device.get({ ...(await question()), challenge: 'AAAA' }));
      await refused(new Authenticator(app.siteUrl.origin).get(await question()));
      const late = await question();
      app.clock.advance(6 * MINUTE);
      await refused(device.get(late));
      const broken = { ...device.get(await question()), response: {} };
      await refused(broken as ReturnType<Authenticator['get']>);
      const unverified = new Authenticator(app.siteUrl.origin);
      const made = unverified.create(await newPasskeyQuestion(app, who), { isVerified: false });
      await assert.rejects(addPasskey(app, who, { response: made, name: '' }), REFUSED);
      await signInByPasskey(app, device.get(await question()), VISITOR);
    });

    test('a counter that goes back is refused, and every other way in stays open', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const device = await withPasskey(app, who);
      const [code = ''] = await makeRecoveryCodes(app, who);
      const use = async (counter: number) =>
        signInByPasskey(app, device.get(await signInQuestion(app, VISITOR.network), { counter }), VISITOR);
      await use(7);
      await assert.rejects(use(7), REFUSED);
      await assert.rejects(use(3), REFUSED);
      await assert.rejects(use(0), REFUSED);
      await use(8);
      const noted = (await actsOf(app)).filter(({ act }) => act === 'passkey.counter');
      assert.deepEqual(
        noted.map(({ before, after }) => [before, after]),
        [
          ['7', '7'],
          ['7', '3'],
          ['7', '0'],
        ],
      );
      assert.ok(await signInByCode(app, code, VISITOR));
      assert.ok(await consoleSession(app));
    });

    test('what one session is asked, another cannot answer, also not of the same person', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const device = await withPasskey(app, who);
      const signIn = async () =>
        at(app, await signInByPasskey(app, device.get(await signInQuestion(app, '')), VISITOR));
      const [one, two] = [await signIn(), await signIn()];
      const answer = device.get(await stepUpQuestion(app, one));
      await assert.rejects(stepUpByPasskey(app, two, answer), REFUSED);
      const made = new Authenticator(app.siteUrl.origin).create(await newPasskeyQuestion(app, one));
      await assert.rejects(addPasskey(app, two, { response: made, name: 'Mine' }), REFUSED);
      await addPasskey(app, one, { response: made, name: 'Mine' });
      await stepUpByPasskey(app, one, answer);
    });

    test('a passkey under the handle of another person, or one that they have, signs nobody in', async (t) => {
      const app = await openApp(t);
      const boss = await owner(app);
      const ann = await at(app, await editor(app, boss));
      const [own, hers] = [await withPasskey(app, boss), await withPasskey(app, ann)];
      const answer = async (device: Authenticator) => device.get(await signInQuestion(app, VISITOR.network));
      const [mine, theirs] = [await answer(own), await answer(hers)];
      const mixed = {
        ...theirs,
        response: { ...theirs.response, userHandle: mine.response.userHandle ?? '' },
      };
      await assert.rejects(signInByPasskey(app, mixed, VISITOR), REFUSED);
      const renamed = { ...(await answer(hers)), id: mine.id, rawId: mine.rawId };
      await assert.rejects(signInByPasskey(app, renamed, VISITOR), REFUSED);
      const session = await signInByPasskey(app, await answer(hers), VISITOR);
      assert.equal((await at(app, session)).id, ann.id);
      const again = hers.create(await newPasskeyQuestion(app, boss));
      await assert.rejects(addPasskey(app, boss, { response: again, name: '' }), { code: 'conflict' });
    });

    test('a step-up by the passkey of another is refused', async (t) => {
      const app = await openApp(t);
      const boss = await owner(app);
      const ann = await at(app, await editor(app, boss));
      const device = await withPasskey(app, ann);
      const answer = device.get(await stepUpQuestion(app, boss));
      await assert.rejects(stepUpByPasskey(app, boss, answer), REFUSED);
    });

    test('a recovery code signs in once, ends every other session, and is the drill', async (t) => {
      const app = await openApp(t);
      const before = await consoleSession(app);
      const who = await at(app, before);
      const device = await withPasskey(app, who);
      const codes = await makeRecoveryCodes(app, who);
      assert.equal(new Set(codes).size, 10);
      assert.equal((await waysIn(app, who)).isSetUp, false);
      const elsewhere = await signInByPasskey(app, device.get(await signInQuestion(app, '')), VISITOR);
      app.clock.advance(MINUTE);
      const [first = ''] = codes;
      const typed = first.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
      const session = await signInByCode(app, typed, VISITOR);
      assert.equal((await at(app, session)).id, who.id);
      for (const old of [before, elsewhere]) assert.equal(await personAt(app, old), undefined);
      assert.deepEqual(await waysIn(app, who), {
        passkeys: 1,
        codesLeft: 9,
        daysSinceDrill: 0,
        isSetUp: true,
      });
      assert.equal(await signInByCode(app, first, VISITOR), undefined);
      app.clock.advance(3 * DAY);
      assert.equal((await waysIn(app, who)).daysSinceDrill, 3);
    });

    test('a code typed twice at once lets one in; new codes make the old ones worthless', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const [one = '', two = ''] = await makeRecoveryCodes(app, who);
      const tries = await Promise.all([1, 2].map(() => signInByCode(app, one, VISITOR)));
      assert.equal(tries.filter(Boolean).length, 1);
      await makeRecoveryCodes(app, who);
      assert.equal(await signInByCode(app, two, VISITOR), undefined);
      assert.equal((await waysIn(app, who)).codesLeft, 10);
    });

    test('a drill leaves other sessions, a step-up by code ends them; nobody uses another’s code', async (t) => {
      const app = await openApp(t);
      const session = await consoleSession(app);
      const who = await at(app, session);
      const [one = '', two = '', three = ''] = await makeRecoveryCodes(app, who);
      const device = await withPasskey(app, who);
      const elsewhere = await signInByPasskey(app, device.get(await signInQuestion(app, '')), VISITOR);
      const ann = await at(app, await editor(app, who));
      const place = { network: VISITOR.network, isRecovery: false };
      assert.equal(await tryCode(app, ann, one, place), undefined);
      assert.deepEqual(await ownCodes(app, ann, [one]), []);
      assert.deepEqual(await ownCodes(app, who, [one, 'x']), [one]);
      const drilled = await tryCode(app, who, one, place);
      assert.equal(drilled?.left, 9);
      await at(app, elsewhere);
      const again = await tryCode(app, await at(app, drilled?.token), two, { ...place, isRecovery: true });
      await at(app, again?.token);
      assert.equal(await personAt(app, elsewhere), undefined);
      assert.equal(await personAt(app, session), undefined); // renewed
      assert.ok(await signInByCode(app, three, VISITOR));
    });

    test('too many wrong tries are limited for a while; a right code and the console’s link never are', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const [code = ''] = await makeRecoveryCodes(app, who);
      const place = { ...VISITOR, network: '203.0.113.9' };
      const wrong = (n: number) => signInByCode(app, 'AAAAA', { ...VISITOR, network: `198.51.${n % 200}.7` });
      await Promise.allSettled(Array.from({ length: 40 }, () => wrong(1)));
      await assert.rejects(wrong(1), { code: 'limited' });
      assert.equal(await signInByCode(app, 'AAAAA', place), undefined); // told so: it is not limited there
      await Promise.allSettled(Array.from({ length: 400 }, (_, n) => wrong(n)));
      await assert.rejects(wrong(300), { code: 'limited' });
      assert.ok(await signInByCode(app, code, { ...VISITOR, network: '198.51.1.7' }));
      await Promise.allSettled(Array.from({ length: 50 }, () => signInByLink(app, 'none', VISITOR)));
      await assert.rejects(signInByLink(app, 'none', VISITOR), { code: 'limited' });
      assert.ok(await consoleSession(app));
      app.clock.advance(MINUTE);
      assert.equal(await wrong(300), undefined);
    });

    test('the last way in is not removed, and nobody removes another’s passkey', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      await withPasskey(app, who);
      const [key] = await passkeysSeen(app, who);
      assert.ok(key);
      const ann = await at(app, await editor(app, who));
      await assert.rejects(removePasskey(app, ann, key.id), { code: 'not-found' });
      await assert.rejects(removePasskey(app, who, key.id), { code: 'conflict', message: /last way in/ });
      await makeRecoveryCodes(app, who);
      await removePasskey(app, who, key.id);
      assert.deepEqual(await passkeysSeen(app, who), []);
    });

    test('of passkeys that are all removed at once one stays; of codes made often at once ten are left', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const often = [1, 2, 3, 4];
      for (const _ of often) await withPasskey(app, who);
      const own = await passkeysSeen(app, who);
      await Promise.all(often.map(() => waysIn(app, who))); // so that there are as many connections
      const removals = own.map(({ id }) => removePasskey(app, who, id));
      const outcomes = await Promise.allSettled(removals);
      assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1);
      assert.equal((await passkeysSeen(app, who)).length, 1);
      await Promise.all(often.map(() => makeRecoveryCodes(app, who)));
      assert.equal((await waysIn(app, who)).codesLeft, 10);
    });

    test('sessions are listed with device and last use, and each of one’s own can be ended', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const device = await withPasskey(app, who);
      const question = await signInQuestion(app, VISITOR.network);
      app.clock.advance(MINUTE);
      const phone = { ...VISITOR, device: 'Safari on iPhone' };
      const other = await signInByPasskey(app, device.get(question), phone);
      const [first, second] = await sessionsOf(app, who.id);
      assert.deepEqual([first?.device, second?.device], ['Safari on iPhone', 'Firefox on Linux']);
      const ann = await at(app, await editor(app, who));
      await assert.rejects(revokeSession(app, ann, first?.id ?? ''), { code: 'not-found' });
      await revokeSession(app, who, first?.id ?? '');
      assert.equal(await personAt(app, other), undefined);
    });

    test('an invitation lets one in, once, within 72 hours, unless it is taken back', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const token = tokenOf(await invite(app, who, { name: 'Ann', role: 'editor' }));
      const joined = await Promise.all([1, 2].map(() => join(app, token, VISITOR)));
      assert.equal(joined.filter(Boolean).length, 1);
      assert.equal((await at(app, joined.find(Boolean))).role, 'editor');
      await assert.rejects(invite(app, who, { name: 'ANN', role: 'editor' }), { code: 'invalid' });
      const late = tokenOf(await invite(app, who, { name: 'Ben', role: 'moderator' }));
      app.clock.advance(72 * HOUR);
      assert.equal(await join(app, late, VISITOR), undefined);
      const anew = await owner(app);
      const back = tokenOf(await invite(app, anew, { name: 'Ben', role: 'moderator' }));
      await takeInvitationBack(app, anew, (await invitedBy(app, back))?.id ?? '');
      assert.equal(await join(app, back, VISITOR), undefined);
      const twice = [1, 2].map(() => invite(app, anew, { name: 'Cleo', role: 'editor' }));
      const [one = '', two = ''] = (await Promise.all(twice)).map(tokenOf);
      assert.ok(await join(app, one, VISITOR));
      await assert.rejects(join(app, two, VISITOR), { code: 'conflict' });
    });

    test('each act is in the audit log, under the name of who did it, without a token or a code', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const device = await withPasskey(app, who);
      const codes = await makeRecoveryCodes(app, who);
      const invited = tokenOf(await invite(app, who, { name: 'Ann', role: 'editor' }));
      const joined = await join(app, invited, VISITOR);
      const ann = await at(app, joined);
      await changeRole(app, who, ann.id, 'moderator');
      await removePerson(app, who, ann.id);
      await stepUpByPasskey(app, who, device.get(await stepUpQuestion(app, who)));
      const session = await signInByCode(app, codes[0] ?? '', VISITOR);
      await removePasskey(app, await at(app, session), (await passkeysSeen(app, who))[0]?.id ?? '');
      const acts = await actsOf(app);
      assert.deepEqual(
        acts.map((one) => `${one.who} ${one.act}`),
        [
          'owner session.start',
          'owner passkey.add',
          'owner codes.make',
          'owner person.invite',
          'Ann person.join',
          'Ann session.start',
          'owner person.role',
          'owner person.remove',
          'owner session.step-up',
          'owner session.start',
          'owner passkey.remove',
        ],
      );
      const text = JSON.stringify(acts);
      for (const secret of [...codes, invited, session, joined]) assert.ok(!text.includes(secret ?? '-'));
    });

    test('who signs out is in the audit log, once, and so is a session that a new sign-in replaces', async (t) => {
      const app = await openApp(t);
      const session = await consoleSession(app);
      const { id } = await at(app, session);
      await Promise.all([1, 2].map(() => endSession(app, session)));
      await endSession(app, 'never one');
      assert.equal(await personAt(app, session), undefined);
      await endSession(app, await consoleSession(app), 'another sign-in');
      const acts = (await actsOf(app)).filter(({ act }) => act === 'session.end');
      assert.deepEqual(
        acts.map(({ who, subject, after }) => [who, subject, after]),
        [
          ['owner', id, null],
          ['owner', id, 'for another sign-in'],
        ],
      );
    });

    test('refused tries are counted for thirty days, whoever tried, and no try is named', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      assert.deepEqual(await refusedTries(app), { count: 0, lastDay: undefined });
      const device = await withPasskey(app, who);
      const [code = ''] = await makeRecoveryCodes(app, who);
      await signInByCode(app, 'AAAAA', VISITOR);
      await signInByLink(app, 'none', VISITOR);
      await tryCode(app, who, 'AAAAA', { network: '192.0.2.1', isRecovery: true });
      const wrong = device.get(await signInQuestion(app, ''), { isVerified: false });
      await assert.rejects(signInByPasskey(app, wrong, VISITOR), REFUSED);
      await assert.rejects(stepUpByPasskey(app, who, wrong), REFUSED);
      await signInByPasskey(app, device.get(await signInQuestion(app, '')), VISITOR);
      assert.ok(await signInByCode(app, code, VISITOR));
      assert.deepEqual(await refusedTries(app), { count: 5, lastDay: '2026-11-24' });
      app.clock.advance(20 * DAY);
      await Promise.all([1, 2, 3].map(() => signInByCode(app, 'AAAAA', VISITOR)));
      await deleteOldSessions(app);
      assert.deepEqual(await refusedTries(app), { count: 8, lastDay: '2026-12-14' });
      app.clock.advance(20 * DAY);
      await deleteOldSessions(app);
      assert.deepEqual(await refusedTries(app), { count: 3, lastDay: '2026-12-14' });
      const kept = await app.db.selectFrom('setting').select(['name', 'value']).execute();
      assert.ok(!JSON.stringify(kept).includes('192.0.2'));
    });

    test('a person takes another name, which the audit log keeps beside the one of before', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const ann = await at(app, await editor(app, who));
      assert.equal(await changeOwnName(app, ann, '  Ann\tLee '), 'Ann Lee');
      assert.equal(await changeOwnName(app, ann, 'ann lee'), 'ann lee'); // her own, written otherwise
      await changeOwnName(app, ann, 'ann lee');
      const acts = (await actsOf(app)).filter(({ act }) => act === 'person.name');
      assert.deepEqual(
        acts.map((one) => [one.who, one.subject, one.before, one.after]),
        [
          ['Ann', ann.id, 'Ann', 'Ann Lee'],
          ['Ann Lee', ann.id, 'Ann Lee', 'ann lee'],
        ],
      );
      for (const name of ['OWNER', 'console', 'Watchpost', 'filter', 'commenter', ' ', 'x'.repeat(61)])
        await assert.rejects(changeOwnName(app, ann, name), { code: 'invalid' }, name);
      await assert.rejects(changeOwnName(app, who, 'ANN'), { code: 'invalid' }); // acts stand under it
      await assert.rejects(invite(app, who, { name: 'Ann', role: 'editor' }), { code: 'invalid' });
      assert.equal(await changeOwnName(app, ann, 'Ann'), 'Ann'); // she may have it back
      const boths = [who, ann].map((one) => changeOwnName(app, one, 'Kay'));
      const outcomes = (await Promise.allSettled(boths)).map(({ status }) => status);
      assert.deepEqual(outcomes.toSorted(), ['fulfilled', 'rejected']);
      await removePerson(app, who, ann.id);
      await assert.rejects(changeOwnName(app, ann, 'Ben'), { code: 'unauthorized' });
    });

    test('a role takes effect at once, whoever is removed is out at once, and their name stays theirs', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      const session = await editor(app, who);
      const ann = await at(app, session);
      await withPasskey(app, ann);
      const [code = ''] = await makeRecoveryCodes(app, ann);
      await changeRole(app, who, ann.id, 'moderator');
      assert.equal((await at(app, session)).role, 'moderator');
      assert.ok(await consoleSession(app, 'ann'));
      await removePerson(app, who, ann.id);
      assert.equal(await personAt(app, session), undefined);
      assert.equal(await signInByCode(app, code, VISITOR), undefined);
      await assert.rejects(deskLink(app, 'Ann'), { code: 'not-found' });
      await assert.rejects(invite(app, who, { name: 'ann', role: 'owner' }), { code: 'invalid' });
    });

    test('an owner who is removed or demoted has left no invitation by which to come back', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      for (const [name, end] of [
        ['Ann', (id: string) => removePerson(app, who, id)],
        ['Ben', (id: string) => changeRole(app, who, id, 'moderator')],
      ] as const) {
        const ann = await at(app, await editor(app, who, name));
        await changeRole(app, who, ann.id, 'owner');
        const back = tokenOf(await invite(app, ann, { name: `${name} again`, role: 'owner' }));
        await end(ann.id);
        assert.equal(await join(app, back, VISITOR), undefined);
        const last = (await actsOf(app)).at(-1);
        assert.match(`${last?.before} ${last?.after}`, /open invitations ended: 1/);
      }
      const cleo = await at(app, await editor(app, who, 'Cleo'));
      const kept = tokenOf(await invite(app, who, { name: 'Dan', role: 'editor' }));
      await removePerson(app, who, cleo.id); // who could invite nobody
      assert.ok(await join(app, kept, VISITOR));
    });

    test('the last owner is neither removed nor demoted, also not by two who do so to each other at once', async (t) => {
      const app = await openApp(t);
      const who = await owner(app);
      await assert.rejects(removePerson(app, who, who.id), { code: 'conflict' });
      await assert.rejects(changeRole(app, who, who.id, 'editor'), { code: 'conflict' });
      const ann = await at(app, await editor(app, who));
      await changeRole(app, who, ann.id, 'owner');
      const both = await Promise.allSettled([
        changeRole(app, who, ann.id, 'editor'),
        removePerson(app, ann, who.id),
      ]);
      assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
      const owners = (await peopleAtDesk(app.db)).filter(({ role }) => role === 'owner');
      assert.equal(owners.length, 1);
    });
  });
}

test('a person has a name and a role', () => {
  assert.deepEqual(checkedPerson('  Ann\n Lee ', 'editor'), { name: 'Ann Lee', role: 'editor' });
  for (const [name, role] of [
    ['', 'editor'],
    [' \u200b ', 'editor'],
    ['a'.repeat(61), 'editor'],
    ['Ann', 'king'],
    ['Console', 'editor'],
    ['filter', 'moderator'],
  ] as const)
    assert.throws(() => checkedPerson(name, role), { code: 'invalid' });
});
