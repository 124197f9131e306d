import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { invite, join as joinDesk } from '#core/desk/invitations.ts';
import { changeRole, ownerOf, removePerson } from '#core/desk/people.ts';
import { type AtDesk, endSession, personAt, revokeSession, startSession } from '#core/desk/sessions.ts';
import { deskLink, signInByLink } from '#core/desk/sign-in.ts';
import { ProgressWatch } from '#core/editions/progress.ts';
import { durationWords, progressWords } from '#core/editions/progress-words.ts';
import { HOUR } from '#core/platform/clock.ts';
import { tokenHash } from '#core/platform/tokens.ts';
import { Live } from '#core/today/live.ts';
import { type LiveState, liveState } from '#core/today/live-state.ts';
import { setLetter } from '../support/newsroom.ts';
import { addEdition, EDITION } from '../support/outbox.ts';
import { comment } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { until } from '../support/test-site.ts';

interface Heard {
  states: LiveState[];
  quiet: number;
  isEnded: boolean;
  leave: (() => void) | undefined;
}

/** The token of a session of the owner. */
async function ownerSession(app: TestApp): Promise<string> {
  const { id } = await app.db.transaction().execute((trx) => ownerOf(trx, app));
  return startSession(app.db, app.clock, { person: id, way: 'console', device: 'a test' });
}

/** A hub that looks often, and what lets somebody of a session look on. */
async function openLive(t: TestContext) {
  const app = await openTestApp(t);
  const progress = new ProgressWatch(app, { leastMs: 0 });
  const live = new Live(app, progress, { lookMs: 5, quietMs: 50, sessionMs: 10 });
  t.after(() => live.close());
  const token = await ownerSession(app);
  const join = (session = tokenHash('session', token)): Heard => {
    const heard: Heard = { states: [], quiet: 0, isEnded: false, leave: undefined };
    heard.leave = live.join({
      session,
      tell: (state) => (state ? heard.states.push(state) : heard.quiet++),
      end: () => {
        heard.isEnded = true;
      },
    });
    return heard;
  };
  return { app, live, token, join };
}

async function hold(app: TestApp): Promise<void> {
  await app.db.insertInto('comment').values(comment({})).execute();
}

test('who looks on is told at once, then what is new, and else that the line is alive', async (t) => {
  const { app, join } = await openLive(t);
  const heard = join();
  await until(() => heard.states.length === 1);
  assert.equal(heard.states[0]?.words.held, '0 comments to read');
  await until(() => heard.quiet > 0);
  await hold(app);
  await until(() => heard.states.at(-1)?.words.held === '1 comment to read');
  assert.notEqual(heard.states[0]?.shapes.today, heard.states.at(-1)?.shapes.today);
  heard.leave?.();
  const before = heard.states.length;
  const other = join();
  await hold(app);
  await until(() => other.states.at(-1)?.words.held === '2 comments to read');
  assert.equal(heard.states.length, before, 'who has left hears no more');
});

test('an edition moves word by word until each letter is settled', async (t) => {
  const { app, join } = await openLive(t);
  await addEdition(app.db, ['ann@example.org', 'bob@example.org']);
  const heard = join();
  const bar = () => heard.states.at(-1)?.bars[EDITION];
  await until(() => bar()?.join() === '0,2');
  await setLetter(app, EDITION, 'ann@example.org', 'sent');
  await until(() => bar()?.join() === '1,2');
  assert.match(heard.states.at(-1)?.words[`${EDITION} progress`] ?? '', /^1 of 2 sent/);
  assert.equal(heard.states.at(-1)?.words[`${EDITION} queued`], '1');
  assert.doesNotMatch(JSON.stringify(heard.states), /example\.org/, 'counts alone');
});

test('a session has three lines at most, and a line ends with its session', async (t) => {
  const { app, token, join } = await openLive(t);
  const lines = [join(), join(), join()];
  assert.equal(join().leave, undefined);
  lines[0]?.leave?.();
  assert.ok(join().leave, 'where one is left another may come');
  const stranger = await ownerSession(app);
  const other = join(tokenHash('session', stranger));
  await until(() => other.states.length > 0);
  await endSession(app, token);
  await until(() => lines[1]?.isEnded === true && lines[2]?.isEnded === true);
  assert.equal(other.isEnded, false);
});

test('a line ends where its session is ended by another, and where its person is removed or may no longer look', async (t) => {
  const { app, join } = await openLive(t);
  const tokenOf = (link: string) => link.split('/').at(-2) ?? '';
  const visitor = { network: '192.0.2.1', device: 'a test' };
  const boss = await personAt(app, await signInByLink(app, tokenOf(await deskLink(app)), visitor));
  assert.ok(boss);
  const lines: { who: AtDesk; line: Heard }[] = [];
  for (const name of ['Ann', 'Ben', 'Cleo', 'Dan']) {
    const link = await invite(app, boss, { name, role: 'editor' });
    const session = await joinDesk(app, tokenOf(link), visitor);
    const who = await personAt(app, session);
    assert.ok(session && who);
    lines.push({ who, line: join(tokenHash('session', session)) });
  }
  const [ann, ben, cleo, dan] = lines;
  assert.ok(ann && ben && cleo && dan);
  await until(() => lines.every(({ line }) => line.states.length > 0));
  await revokeSession(app, ann.who, ann.who.session.id);
  await removePerson(app, boss, ben.who.id);
  await changeRole(app, boss, cleo.who.id, 'moderator');
  await until(() => [ann, ben, cleo].every(({ line }) => line.isEnded));
  const told = lines.map(({ line }) => line.states.length);
  await hold(app);
  await until(() => dan.line.states.length > (told[3] ?? 0));
  assert.deepEqual(
    [ann, ben, cleo].map(({ line }) => line.states.length),
    told.slice(0, 3),
    'nothing more is said to them',
  );
});

test('to look on is no use of a session: it ends by being idle', async (t) => {
  const { app, join } = await openLive(t);
  const heard = join();
  await until(() => heard.states.length > 0);
  app.clock.advance(8 * HOUR);
  await until(() => heard.isEnded);
});

test('a line that is gone is forgotten, and the others go on', async (t) => {
  const { live, join } = await openLive(t);
  const tell = () => {
    throw new TypeError('the stream is closed');
  };
  for (let n = 0; n < 3; n++) live.join({ session: 'gone', tell, end: () => {} });
  const heard = join();
  await until(() => heard.states.length > 0);
  assert.ok(live.join({ session: 'gone', tell, end: () => {} }), 'it counts no more');
});

test('when the server stops every line ends, and none is taken', async (t) => {
  const { live, join } = await openLive(t);
  const heard = join();
  live.close();
  assert.equal(heard.isEnded, true);
  assert.equal(join().leave, undefined);
});

const running = {
  ...{
    id: EDITION,
    title: 'An edition',
    state: 'sending' as const,
    reason: '',
    total: 10_000,
    settled: 1234,
  },
  ...{ counts: { sent: 1234, queued: 8766 }, perSecond: 52.4, secondsLeft: 167 },
};

test('progress is told in words: how many, how fast, how long still, and what went wrong', () => {
  assert.equal(progressWords(running), '1,234 of 10,000 sent, 52 a second, about 3 minutes left');
  const counts = { sent: 9000, deferred: 12, bounced: 3, queued: 985 };
  const paused = {
    ...running,
    counts,
    state: 'paused' as const,
    perSecond: undefined,
    secondsLeft: undefined,
  };
  assert.equal(progressWords(paused), '9,000 of 10,000 sent, paused; 12 put off, 3 came back');
  assert.deepEqual([1, 59, 119, 7200, 200_000].map(durationWords), [
    'about 1 second',
    'about 59 seconds',
    'about 2 minutes',
    'about 2 hours',
    'about 2 days',
  ]);
});

test('what is counted up to a limit says so', () => {
  const { words } = liveState({ held: 10_001, unchecked: 1, editions: [], toDecide: [] });
  assert.equal(words.held, 'Over 10,000 comments to read');
  assert.equal(words.unchecked, '1 comment waits for the spam filter');
});
