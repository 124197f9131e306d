import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DAY, HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { Akismet } from '#core/spam/akismet.ts';
import { readFilterHealth } from '#core/spam/filter-health.ts';
import { FilterWatch } from '#core/spam/filter-watch.ts';
import { type AkismetFake, startAkismetFake } from '../support/akismet-fake.ts';
import { openTestApp } from '../support/test-app.ts';

const FIELDS = { user_ip: '192.0.2.7', comment_content: 'Thank you, that helped.' };

async function setUp(t: TestContext) {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  const { db, clock, log, lines } = await openTestApp(t);
  const akismet = new Akismet({ key: fake.key, url: new URL(fake.url), blog: new URL('https://a.example/') });
  const told: string[] = [];
  const watch = new FilterWatch(
    { db, clock, log },
    akismet,
    async () => void told.push(clock.now().toJSON()),
  );
  const events = () => lines.filter(({ event }) => event.startsWith('filter.')).map(({ event }) => event);
  return { fake, db, clock, lines, akismet, watch, told, events };
}

const asked = ({ requests }: AkismetFake, path: string) =>
  requests.filter((request) => request.path === path).length;
const keyChecks = (fake: AkismetFake) => asked(fake, '/1.1/verify-key');
const usageChecks = (fake: AkismetFake) => asked(fake, '/1.2/usage-limit');

test('a verdict goes through as it is', async (t) => {
  const { fake, watch, events } = await setUp(t);
  fake.guid = 'abc';
  fake.recheckAfter = 120;
  assert.deepEqual(await watch.check(FIELDS), {
    state: 'answered',
    verdict: 'ham',
    recheckAfter: 120,
    notes: { guid: 'abc' },
  });
  assert.equal(await watch.correct('spam', FIELDS), true);
  assert.equal(watch.isSilent, false);
  assert.equal(watch.health.state, 'answering');
  assert.deepEqual(events(), [], 'nothing is news');
});

test('eight questions may be under way, a ninth is put off at once, and that is no fault of the filter', async (t) => {
  const { fake, watch, events } = await setUp(t);
  fake.mode = 'silent';
  const eight = Array.from({ length: 8 }, () => watch.check(FIELDS));
  while (fake.requests.length < 8) await turn();
  assert.deepEqual(await watch.check(FIELDS), { state: 'silent', why: 'busy', notes: {} });
  assert.equal(fake.requests.length, 8);
  assert.equal(watch.health.state, 'unknown');
  await fake.stop();
  for (const outcome of await Promise.all(eight)) assert.equal(outcome.state, 'silent');
  assert.deepEqual(events(), ['filter.silent'], 'told once, not eight times');
  assert.deepEqual(await watch.check(FIELDS), { state: 'silent', why: 'unreachable', notes: {} });
});

test('a silent filter is probed after 15 s, then in growing pauses of 20 minutes at most', async (t) => {
  const { fake, clock, watch } = await setUp(t);
  await watch.tend();
  fake.mode = 'error';
  await watch.check(FIELDS);
  assert.equal(watch.isSilent, true);
  const probes = async () => {
    const before = keyChecks(fake);
    await watch.tend();
    return keyChecks(fake) - before;
  };
  const pauses = [15, 30, 60, 120, 240, 480, 960, 1200, 1200].map((seconds) => seconds * SECOND);
  for (const pause of pauses) {
    clock.advance(pause - 1);
    assert.equal(await probes(), 0, `before ${pause}`);
    clock.advance(1);
    assert.equal(await probes(), 1, `after ${pause}`);
  }
});

test('when a probe is answered again, those who wait are told, once', async (t) => {
  const { fake, clock, watch, told, events, lines } = await setUp(t);
  await watch.tend();
  told.length = 0; // of the start
  fake.mode = 'error';
  await watch.check(FIELDS);
  await watch.check(FIELDS);
  fake.mode = 'normal';
  assert.deepEqual(told, []);
  clock.advance(15 * SECOND);
  await watch.tend();
  await watch.tend();
  assert.deepEqual(told, [clock.now().toJSON()]);
  assert.equal(watch.isSilent, false);
  assert.deepEqual(events(), ['filter.silent', 'filter.answering']);
  assert.equal(lines.find(({ event }) => event === 'filter.silent')?.why, 'garbage');
});

test('a check that is answered ends the silence as well', async (t) => {
  const { fake, watch, told } = await setUp(t);
  await watch.tend();
  told.length = 0; // of the start
  fake.mode = 'error';
  await watch.check(FIELDS);
  fake.mode = 'normal';
  await watch.check(FIELDS);
  assert.equal(watch.isSilent, false);
  await watch.tend();
  assert.equal(told.length, 1);
});

test('a filter that knows the key but checks nothing is not probed anew from the beginning', async (t) => {
  const { fake, clock, watch } = await setUp(t);
  await watch.tend();
  fake.status = 503;
  await watch.check(FIELDS);
  clock.advance(15 * SECOND);
  fake.status = undefined;
  await watch.tend(); // the key is valid
  fake.status = 503;
  await watch.check(FIELDS); // and yet no verdict
  const before = keyChecks(fake);
  clock.advance(15 * SECOND);
  await watch.tend();
  assert.equal(keyChecks(fake), before);
  clock.advance(15 * SECOND);
  await watch.tend();
  assert.equal(keyChecks(fake), before + 1);

  fake.status = undefined;
  await watch.check(FIELDS); // a verdict: now it is well
  fake.status = 503;
  await watch.check(FIELDS);
  clock.advance(15 * SECOND);
  await watch.tend();
  assert.equal(keyChecks(fake), before + 2);
});

test('an error of those who are told is logged, and the watch goes on', async (t) => {
  const { fake, clock, watch, lines } = await setUp(t);
  watch.onAnswering = async () => {
    throw new Error('no');
  };
  fake.mode = 'error';
  await watch.tend();
  fake.mode = 'normal';
  clock.advance(15 * SECOND);
  await watch.tend();
  assert.equal(lines.at(-1)?.event, 'bug.filter-answering');
  assert.equal(watch.health.state, 'answering');
});

test('the key is verified at start and daily', async (t) => {
  const { fake, db, clock, watch } = await setUp(t);
  await watch.tend();
  await watch.tend();
  assert.equal(keyChecks(fake), 1);
  assert.equal((await readFilterHealth(db))?.key, 'valid');
  clock.advance(DAY - 1);
  await watch.tend();
  assert.equal(keyChecks(fake), 1);
  clock.advance(1);
  await watch.tend();
  assert.equal(keyChecks(fake), 2);
  assert.equal(watch.health.verifiedAt, clock.now().toJSON());
});

test('with a bad key nothing more is asked until the key is found valid, hourly or by a restart', async (t) => {
  const { fake, db, clock, akismet, lines, watch, told, events } = await setUp(t);
  await watch.tend();
  told.length = 0; // of the start
  fake.mode = 'bad-key';
  assert.equal((await watch.check(FIELDS)).state, 'silent');
  const before = fake.requests.length;
  assert.deepEqual(await watch.check(FIELDS), { state: 'silent', why: 'bad-key', notes: {} });
  assert.equal(await watch.correct('ham', FIELDS), false);
  clock.advance(HOUR - 1);
  await watch.tend();
  assert.equal(fake.requests.length, before);
  clock.advance(1);
  await watch.tend();
  await watch.tend();
  assert.equal(fake.requests.length, before + 1);
  assert.equal((await readFilterHealth(db))?.key, 'invalid');
  assert.deepEqual(events(), ['filter.bad-key']);

  fake.mode = 'normal';
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const restarted = new FilterWatch({ db, clock, log }, akismet);
  await restarted.tend();
  assert.equal((await restarted.check(FIELDS)).state, 'answered');

  clock.advance(HOUR);
  await watch.tend();
  assert.equal((await watch.check(FIELDS)).state, 'answered');
  assert.equal(told.length, 1);
  assert.deepEqual(events(), ['filter.bad-key', 'filter.answering']);
  assert.equal(lines.find(({ event }) => event === 'filter.answering')?.after, 'bad-key');
});

test('a bad key stays one while the filter is away', async (t) => {
  const { fake, clock, watch } = await setUp(t);
  fake.mode = 'bad-key';
  await watch.tend();
  fake.mode = 'refuse';
  clock.advance(HOUR);
  await watch.tend();
  assert.equal(watch.health.state, 'bad-key');
});

test('a suspended account counts as a bad key', async (t) => {
  const { fake, watch } = await setUp(t);
  fake.error = 'suspended';
  fake.alert = { code: 10402, message: 'Pay, please.' };
  await watch.check(FIELDS);
  assert.equal(watch.health.state, 'bad-key');
  assert.equal(watch.health.alert?.code, '10402');
});

test('the use of the plan is asked for daily, and hourly from four fifths on', async (t) => {
  const { fake, clock, watch } = await setUp(t);
  const tendAfter = async (ms: number) => {
    clock.advance(ms);
    await watch.tend();
    return usageChecks(fake);
  };
  assert.equal(await tendAfter(0), 1);
  assert.equal(await tendAfter(HOUR), 1);
  fake.usage = { limit: 500, usage: 420, percentage: '84.00', throttled: false };
  assert.equal(await tendAfter(23 * HOUR), 2);
  assert.equal(await tendAfter(HOUR - 1), 2);
  assert.equal(await tendAfter(1), 3);
  const usage = { limit: 500, used: 420, percentage: 84, throttled: false, at: clock.now().toJSON() };
  assert.deepEqual(watch.health.usage, usage);
  fake.mode = 'bad-key';
  await watch.check(FIELDS);
  assert.equal(await tendAfter(HOUR - 1), 3, 'nobody asks with a bad key');
});

test('an alert is logged once, kept with its time, and gone when an answer comes without it', async (t) => {
  const { fake, db, clock, watch, events } = await setUp(t);
  fake.alert = { code: 30001, message: 'Upgrade.' };
  await watch.check(FIELDS);
  const at = clock.now().toJSON();
  clock.advance(MINUTE);
  await watch.check(FIELDS);
  assert.deepEqual(events(), ['filter.alert']);
  const text = 'The Personal plan no longer covers the number of checks. Choose a larger one at akismet.com.';
  assert.deepEqual((await readFilterHealth(db))?.alert, { code: '30001', text, at });
  fake.alert = undefined;
  await watch.check(FIELDS);
  assert.equal((await readFilterHealth(db))?.alert, undefined);
});

test('another process can read how the filter fares; a last answer is written every few seconds only', async (t) => {
  const { fake, db, clock, watch } = await setUp(t);
  assert.equal(await readFilterHealth(db), undefined);
  await watch.check(FIELDS);
  const first = clock.now().toJSON();
  assert.deepEqual(await readFilterHealth(db), { state: 'answering', since: first, answeredAt: first });
  clock.advance(4 * SECOND);
  await watch.check(FIELDS);
  assert.equal((await readFilterHealth(db))?.answeredAt, first);
  clock.advance(SECOND);
  await watch.check(FIELDS);
  assert.equal((await readFilterHealth(db))?.answeredAt, clock.now().toJSON());
  fake.mode = 'refuse';
  await watch.check(FIELDS);
  const silent = await readFilterHealth(db);
  assert.deepEqual(
    [silent?.state, silent?.why, silent?.since],
    ['silent', 'unreachable', clock.now().toJSON()],
  );
});

test('a process that only serves leaves what the worker has written of key and plan', async (t) => {
  const { db, clock, akismet, watch } = await setUp(t);
  await watch.tend();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  clock.advance(MINUTE);
  await new FilterWatch({ db, clock, log }, akismet).check(FIELDS);
  const health = await readFilterHealth(db);
  assert.equal(health?.answeredAt, clock.now().toJSON());
  assert.equal(health?.key, 'valid');
  assert.equal(health?.usage?.limit, 350_000);
});

test('the database may fail, and the verdict comes all the same', async (t) => {
  const { db, watch, events } = await setUp(t);
  await db.schema.dropTable('setting').execute();
  assert.equal((await watch.check(FIELDS)).state, 'answered');
  assert.deepEqual(events(), ['filter.health-not-written']);
});

test('the key is in no line of the log and not in the database, even where Akismet sends it back', async (t) => {
  const { fake, db, clock, lines, watch } = await setUp(t);
  const { key } = fake;
  Object.assign(fake, { error: key, debugHelp: `${key}!`, guid: key, verdictBody: key });
  fake.alert = { code: 19999, message: `Your key ${key} is tired.` };
  fake.headers['X-akismet-pro-tip'] = key;
  for (const mode of ['normal', 'redirect', 'refuse', 'broken', 'bad-key'] as const) {
    fake.mode = mode;
    await watch.check(FIELDS);
    await watch.correct('ham', FIELDS);
    clock.advance(HOUR);
    await watch.tend();
  }
  const said = JSON.stringify([lines, watch.health, await db.selectFrom('setting').selectAll().execute()]);
  assert.match(said, /Your key \[key\] is tired/);
  assert.doesNotMatch(said, new RegExp(key));
});

test('an app with a key has a watched filter, whose return hurries the comments that wait', async (t) => {
  const fake = await startAkismetFake();
  t.after(() => fake.stop());
  const app = await openTestApp(t, { env: { AKISMET_KEY: fake.key, AKISMET_URL: fake.url } });
  assert.ok(app.spam instanceof FilterWatch);
  await app.spam.tend();
  assert.equal(app.spam.health.key, 'valid');
  fake.mode = 'error';
  await app.spam.check(FIELDS);
  fake.mode = 'normal';
  app.clock.advance(15 * SECOND);
  await app.spam.tend();
  assert.equal(app.lines.at(-1)?.event, 'filter.answering', 'and hurrying them went well');
});

test('a process without a worker hears of a mended key by the next question, once asking is overdue', async (t) => {
  const { fake, clock, watch } = await setUp(t);
  fake.mode = 'bad-key';
  await watch.check(FIELDS);
  fake.mode = 'normal';
  clock.advance(HOUR);
  assert.equal((await watch.check(FIELDS)).state, 'silent');
  clock.advance(5 * MINUTE);
  assert.equal((await watch.check(FIELDS)).state, 'answered');
});

test('after a restart those who waited for the last process are told that the filter answers', async (t) => {
  const { watch, told } = await setUp(t);
  await watch.tend();
  await watch.tend();
  assert.equal(told.length, 1);
});

test('a clock that the filter’s answers speak against is told of, and no more once it is right again', async (t) => {
  const { fake, db, watch } = await setUp(t);
  fake.headers.Date = new Date(Date.now() + 5 * MINUTE).toUTCString();
  await watch.check(FIELDS);
  assert.equal((await readFilterHealth(db))?.secondsAhead, -300);
  fake.headers.Date = new Date().toUTCString();
  await watch.verifyKey();
  assert.equal((await readFilterHealth(db))?.secondsAhead, undefined);
});
