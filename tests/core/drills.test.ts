import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { actsOf } from '#core/desk/audit-list.ts';
import { claimDrill, drillPage, lastDrill, ruleHeld, runningDrill, SCENES } from '#core/desk/drills.ts';
import { MINUTE, systemClock } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { drill } from '#server/drill/begin-drill.ts';
import { command } from '../support/commands.ts';
import { openTestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';
import { deskCookie, deskLink, postForm, startSite, until } from '../support/test-site.ts';

/** Programs that take the place of the one that plays. */
function program(t: Parameters<typeof temporaryFolder>[0], source: string): URL {
  const file = path.join(temporaryFolder(t), 'program.mjs');
  writeFileSync(file, source);
  return new URL(`file://${file}`);
}

test('the command plays every scene, keeps how it went, and leaves nothing else behind', async (t) => {
  const app = await openTestApp(t);
  writeArticle(app.config.contentDir, 'one');
  const left = path.join(app.config.dataDir, 'drill', 'left-by-one-that-was-killed');
  mkdirSync(left, { recursive: true });
  const before = await app.db.selectFrom('comment').selectAll().execute();

  const { code, output, errors } = await command(app, 'drill');
  assert.equal(errors, '');
  assert.equal(code, 0, output);
  assert.match(output, /Akismet is silent: held/);
  assert.match(output, /The disk is full: held/);
  assert.match(output, /The house rule held: nobody is locked out and nothing is lost\.\n$/);
  assert.ok(!existsSync(path.dirname(left)));

  const kept = await lastDrill(app.db);
  assert.ok(kept && ruleHeld(kept));
  assert.equal(kept.who, 'console');
  assert.deepEqual(
    kept.scenes.map(({ scene }) => scene),
    SCENES,
  );
  const [seen] = kept.scenes[0]?.seen ?? [];
  assert.match((await drillPage(app.db, seen?.page ?? '')) ?? '', /<!doctype html>/i);
  assert.equal(await drillPage(app.db, 'constructor'), undefined);
  assert.equal(await runningDrill(app), undefined);
  const acts = await Array.fromAsync(actsOf(app.db, {}));
  assert.deepEqual(
    acts.map(({ who, act }) => [who, act]),
    [['console', 'drill.play']],
  );
  // The site itself knows nothing of the scratch copy's readers and comments.
  assert.deepEqual(await app.db.selectFrom('comment').selectAll().execute(), before);
  for (const table of ['subscriber', 'delivery', 'edition', 'person', 'recovery_code'] as const)
    assert.deepEqual(await app.db.selectFrom(table).selectAll().execute(), [], table);
});

test('the command is called without anything else, and helps', async (t) => {
  const app = await openTestApp(t);
  assert.equal((await command(app, 'drill', 'now')).code, 2);
  const { code, output } = await command(app, 'drill', '--help');
  assert.equal(code, 0);
  assert.match(output, /Usage: watchpost drill/);
});

test('one is played at a time; one whose player is gone keeps nobody waiting for long', async (t) => {
  const app = await openTestApp(t);
  await claimDrill({ ...app, who: 'ann' });
  const running = await runningDrill(app);
  assert.deepEqual([running?.at, running?.who], [app.clock.now().toISOString(), 'ann']);
  await assert.rejects(drill(app), (error) => error instanceof AppError && error.code === 'conflict');
  app.clock.advance(2 * MINUTE);
  assert.equal(await runningDrill(app), undefined);
  await claimDrill({ ...app, clock: systemClock, who: 'bob' });
  const { code, errors } = await command(app, 'drill');
  assert.equal(code, 4);
  assert.match(errors, /^A drill is being played already/);
});

test('whoever plays one may be killed: its process ends, its folder goes, and the next can be played at once', async (t) => {
  const site = await startSite(t);
  const played = site.beginCommand('drill');
  const folder = path.join(site.dataDir, 'drill');
  await until(() => existsSync(path.join(folder, 'akismet-silent', 'data')), 'the first scene');
  assert.equal((await site.command('drill')).code, 4);
  played.kill('SIGKILL');
  await until(() => !existsSync(folder), 'the end of the folder');
  const { code, stdout } = await site.command('drill');
  assert.equal(code, 0, stdout);
});

test('a server that ends does not wait for a drill', async (t) => {
  const site = await startSite(t);
  const headers = { cookie: await deskCookie(await deskLink(site)) };
  assert.equal((await postForm(`${site.url}/desk/drill/`, { action: 'play' }, headers)).status, 303);
  const folder = path.join(site.dataDir, 'drill');
  await until(() => existsSync(path.join(folder, 'akismet-silent', 'data')), 'the first scene');
  assert.equal(await site.stop(), 0);
  await until(() => !existsSync(folder), 'the end of the folder');
  assert.ok(!site.lines.some(({ event }) => event === 'drill.played'));
  assert.ok(!site.lines.some(({ level }) => level === 'error'), JSON.stringify(site.lines));
});

test('a drill that hangs is ended; its folder is gone, and the next can be played', async (t) => {
  const app = await openTestApp(t);
  const hung = program(t, `process.on('message', () => process.send({ scene: 'relay-refusing' }));`);
  const scenes: string[] = [];
  const result = await drill(app, {
    program: hung,
    atMost: 1500,
    onScene: (scene) => scenes.push(scene),
  });
  assert.match(result.failed ?? '', /took longer than 1.5 seconds/);
  assert.ok(!ruleHeld(result));
  assert.deepEqual(scenes, ['relay-refusing']);
  assert.deepEqual((await lastDrill(app.db))?.failed, result.failed);
  assert.ok(!readdirSync(app.config.dataDir).includes('drill'));
  assert.equal(await runningDrill(app), undefined);
});

test('a drill whose process falls over says so', async (t) => {
  const app = await openTestApp(t);
  const result = await drill(app, { program: program(t, `process.on('message', () => process.exit(3));`) });
  assert.equal(result.failed, 'It ended before it was through.');
  assert.ok(!ruleHeld(result));
});

test('the process that plays knows no setting of the site', async (t) => {
  const app = await openTestApp(t);
  process.env.SMTP_URL = 'smtp://user:secret@relay.test';
  t.after(() => void delete process.env.SMTP_URL);
  const telling = program(
    t,
    `process.on('message', (job) => {
       const scene = { scene: 'disk-full', outcome: 'held', held: [], seen: [], took: 0, done: [JSON.stringify([job.settings, process.env])] };
       process.send({ played: { scenes: [scene], pages: {}, faults: [] } }, () => process.exit());
     });`,
  );
  const { scenes } = await drill(app, { program: telling });
  const told = scenes[0]?.done[0] ?? '';
  assert.match(told, /"contentDir"/);
  assert.doesNotMatch(told, /secret|SMTP|SITE_URL|AKISMET/);
});

test('where there can be no folder, nothing is played, nothing is claimed, and no path is told', async (t) => {
  const app = await openTestApp(t);
  const dataDir = path.join(temporaryFolder(t), 'not-there');
  await assert.rejects(drill({ ...app, config: { ...app.config, dataDir } }), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'unavailable');
    assert.ok(!error.message.includes(dataDir));
    return true;
  });
  assert.equal(await runningDrill(app), undefined);
});
