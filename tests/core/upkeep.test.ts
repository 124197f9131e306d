import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer } from 'node:tls';
import { noteRecordsLook } from '#core/mail/records-look.ts';
import { recordAct } from '#core/platform/audit.ts';
import { DAY, HOUR, isoAfter, MINUTE } from '#core/platform/clock.ts';
import { writeSetting } from '#core/platform/settings.ts';
import { writeFilterHealth } from '#core/spam/filter-health.ts';
import { whatIsWrong } from '#core/today/wrong.ts';
import { lookAtCertificate } from '#core/upkeep/certificate.ts';
import { lastCertificateLook, noteCertificateLook } from '#core/upkeep/certificate-look.ts';
import { lookAround } from '#core/upkeep/daily-looks.ts';
import { noteFailedBackup, noteGoodBackup } from '#core/upkeep/last-backup.ts';
import { selfSigned, type TestCertificate } from '../support/certificate.ts';
import { command, commandWith } from '../support/commands.ts';
import { addSubscribers } from '../support/rows.ts';
import { openTestApp, type TestApp, temporaryFolder } from '../support/test-app.ts';

/** What is wrong of one kind: how bad, and in which words. */
async function told(app: TestApp, kind: string): Promise<[string, string, string][]> {
  const wrong = await whatIsWrong(app);
  return wrong.filter((one) => one.kind === kind).map(({ level, title, text }) => [level, title, text]);
}

test('that no backup was ever made is told once there are readers, or the site is a week old', async (t) => {
  const app = await openTestApp(t);
  await writeSetting(app.db, 'first-start', app.clock.now().toISOString());
  assert.deepEqual(await told(app, 'backup'), []);
  app.clock.advance(8 * DAY);
  const [never] = await told(app, 'backup');
  assert.deepEqual(never?.slice(0, 2), ['attention', 'No backup was ever made.']);
  assert.match(never?.[2] ?? '', /npx watchpost backup/);
  const young = await openTestApp(t);
  await addSubscribers(young.db, ['ann']);
  assert.equal((await told(young, 'backup')).length, 1);
});

test('a backup that is a week old is told of, and one that failed at once, with the reason', async (t) => {
  const app = await openTestApp(t);
  const at = () => app.clock.now().toISOString();
  await noteGoodBackup(app.db, { at: at(), bytes: 1 });
  app.clock.advance(7 * DAY);
  assert.deepEqual(await told(app, 'backup'), []);
  app.clock.advance(HOUR);
  assert.deepEqual((await told(app, 'backup'))[0]?.slice(0, 2), [
    'attention',
    'The last backup is 7 days old.',
  ]);
  await noteFailedBackup(app.db, { at: at(), why: 'The disk is full.' });
  const [failed] = await told(app, 'backup');
  assert.equal(failed?.[0], 'critical');
  assert.match(
    failed?.[2] ?? '',
    /^The disk is full\. The last good one is of 24 November 2026\. Run it again/,
  );
  await noteGoodBackup(app.db, { at: at(), bytes: 1 });
  assert.deepEqual(await told(app, 'backup'), []);
});

const TIMES = { from: '2020-01-01T00:00:00Z', to: '2119-05-06T07:08:09Z' };

/** A server on loopback that shows a certificate; its address. */
async function showing(t: TestContext, { pem, privateKey }: TestCertificate): Promise<URL> {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ cert: pem, key }, (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
}

test('a certificate is seen as readers see it: its name, its signer, its end', async (t) => {
  const look = async (made: TestCertificate, authority?: string) =>
    lookAtCertificate(await showing(t, made), authority === undefined ? {} : { authority });
  const sound = selfSigned('A site', { ...TIMES, host: 'localhost' });
  const until = '2119-05-06T07:08:09.000Z';
  assert.deepEqual(await look(sound, sound.pem), { state: 'sound', until });
  const faults: [TestCertificate, boolean, RegExp][] = [
    [sound, false, /No authority/],
    [selfSigned('localhost', { ...TIMES, host: 'elsewhere.test' }), true, /another name/],
    [selfSigned('localhost', { ...TIMES, to: '2021-01-01T00:00:00Z', host: 'localhost' }), true, /expired/],
    [
      selfSigned('localhost', { ...TIMES, from: '2100-01-01T00:00:00Z', host: 'localhost' }),
      true,
      /not valid yet/,
    ],
    [selfSigned('localhost', TIMES), true, /subjectAltName/],
  ];
  for (const [made, isTrusted, words] of faults) {
    const finding = await look(made, isTrusted ? made.pem : undefined);
    assert.equal(finding.state, 'faulty', String(words));
    assert.match('why' in finding ? finding.why : '', words);
  }
});

test('where nothing answers, or no TLS, or too late, that is what is said', async (t) => {
  const server = createTcpServer((socket) => socket.end('220 hello\r\n'));
  const silent = createTcpServer(() => {});
  for (const one of [server, silent]) {
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    t.after(() => one.close());
  }
  const at = (one: typeof server) => new URL(`https://127.0.0.1:${(one.address() as AddressInfo).port}`);
  const plain = await lookAtCertificate(at(server));
  assert.equal(plain.state, 'unseen');
  const stopping = new AbortController();
  const waiting = lookAtCertificate(at(silent), { signal: stopping.signal });
  silent.once('connection', (socket) => {
    t.after(() => socket.destroy());
    stopping.abort();
  });
  assert.equal((await waiting).state, 'unseen');
  const gone = new URL('https://127.0.0.1:1');
  assert.deepEqual(await lookAtCertificate(gone), { state: 'unseen', why: 'Nothing listens there.' });
});

test('a certificate that ends soon is told of in good time, and one that browsers refuse as critical', async (t) => {
  const app = await openTestApp(t, { env: { SITE_URL: 'https://watchpost.test' } });
  const until = isoAfter(app.clock.now(), 30 * DAY);
  await noteCertificateLook(app, { state: 'sound', until });
  assert.deepEqual(await told(app, 'certificate'), []);
  app.clock.advance(10 * DAY);
  await noteCertificateLook(app, { state: 'unseen', why: 'Nothing listens there.' });
  const words = async () => (await told(app, 'certificate')).map(([level, title]) => `${level}: ${title}`);
  assert.deepEqual(await words(), [
    'attention: The certificate of this site expires in 20 days.',
    'attention: The certificate could not be looked at.',
  ]);
  app.clock.advance(14 * DAY);
  assert.equal((await words())[0], 'critical: The certificate of this site expires in 6 days.');
  app.clock.advance(6 * DAY);
  assert.equal((await words())[0], 'critical: Browsers do not trust the certificate of this site.');
  await noteCertificateLook(app, { state: 'sound', until: isoAfter(app.clock.now(), 90 * DAY) });
  assert.deepEqual(await words(), []);
  await noteCertificateLook(app, { state: 'faulty', until, why: 'It is for another name.' });
  assert.match((await told(app, 'certificate'))[0]?.[2] ?? '', /another name.*doctor --certificate/);
  const moved = { ...app, siteUrl: new URL('https://elsewhere.test') };
  assert.deepEqual(await told(moved, 'certificate'), [], 'it was the one of another address');
});

test('the worker looks once a day, and after an hour where nothing was seen', async (t) => {
  const url = await showing(t, selfSigned('A site', { ...TIMES, host: 'localhost' }));
  const app = await openTestApp(t, { env: { SITE_URL: url.origin } });
  const seen = async () => (await lastCertificateLook(app.db, app.siteUrl))?.seen?.at;
  await lookAround(app);
  const first = await seen();
  assert.equal(first, app.clock.now().toISOString());
  app.clock.advance(23 * HOUR);
  await lookAround(app);
  assert.equal(await seen(), first);
  app.clock.advance(HOUR);
  await lookAround(app);
  assert.equal(await seen(), app.clock.now().toISOString());

  const away = Object.assign(app, { siteUrl: new URL('https://127.0.0.1:1') });
  const missed = async () => (await lastCertificateLook(away.db, away.siteUrl))?.missed?.at;
  await lookAround(away);
  const tried = await missed();
  away.clock.advance(HOUR / 2);
  await lookAround(away);
  assert.equal(await missed(), tried);
  away.clock.advance(HOUR / 2);
  await lookAround(away);
  assert.notEqual(await missed(), tried);
});

test('doctor looks at the certificate at once, and keeps what it saw for the desk', async (t) => {
  const made = selfSigned('A site', { ...TIMES, host: 'localhost' });
  const url = await showing(t, made);
  const app = await openTestApp(t, { env: { SITE_URL: url.origin } });
  const plain = await command(app, 'doctor', '--certificate');
  assert.match(plain.output, /^note {2}Certificate: SITE_URL is not https/m);
  const looked = await commandWith({ SITE_URL: url.origin }, app, 'doctor', '--certificate');
  assert.match(looked.output, /^FAULT Certificate: readers cannot trust that of localhost/m);
  assert.equal(looked.code, 1);
  assert.equal((await told(app, 'certificate'))[0]?.[0], 'critical');
  const authority = path.join(temporaryFolder(t), 'authority.pem');
  writeFileSync(authority, made.pem);
  const env = { SITE_URL: url.origin, NODE_EXTRA_CA_CERTS: authority };
  const sound = await commandWith(env, app, 'doctor', '--certificate');
  assert.match(sound.output, /^ok {4}Certificate: localhost:\d+ shows a sound one, good for \d+ days\.$/m);
  assert.deepEqual(await told(app, 'certificate'), []);
});

test('mail records that no name server tells of are not taken for sound ones, and are told of after a week', async (t) => {
  const app = await openTestApp(t, { env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  await noteRecordsLook(app, [{ level: 'fault', text: 'DMARC: there is no record.' }]);
  app.clock.advance(DAY);
  const silent = {
    level: 'note',
    text: 'DMARC: the name server does not answer now.',
    unanswered: true,
  } as const;
  await noteRecordsLook(app, [silent]);
  assert.deepEqual(
    (await told(app, 'records')).map(([, title]) => title),
    ['Receivers may not believe your letters.'],
  );
  app.clock.advance(7 * DAY);
  const [, old] = await told(app, 'records');
  assert.match(old?.[2] ?? '', /last seen on 24 November 2026.*doctor --dns/);
  const young = await openTestApp(t, { env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
  await noteRecordsLook(young, [silent]);
  assert.match((await told(young, 'records'))[0]?.[2] ?? '', /never seen/);
  await noteRecordsLook(young, []);
  assert.deepEqual(await told(young, 'records'), []);
});

test('a clock that has gone back is told by what was written in a time that is still to come', async (t) => {
  const app = await openTestApp(t);
  const act = { who: 'ann', act: 'comment.approve', subject: 'comment:1' };
  await recordAct(app.db, app, act);
  app.clock.advance(-MINUTE);
  assert.deepEqual(await told(app, 'clock'), []);
  app.clock.advance(-3 * HOUR);
  const [wrong] = await told(app, 'clock');
  assert.deepEqual(wrong?.slice(0, 2), ['attention', 'The clock of this machine has gone back.']);
  assert.match(wrong?.[2] ?? '', /2026-11-24 09:00 UTC, which is still 3 hours away.*timedatectl/);
});

test('a clock that Akismet’s answers speak against is told of, where there is a filter', async (t) => {
  const app = await openTestApp(t, { env: { AKISMET_KEY: 'a-key' } });
  const at = app.clock.now().toISOString();
  await writeFilterHealth(app.db, { state: 'answering', since: at, answeredAt: at, secondsAhead: -300 });
  const [wrong] = await told(app, 'clock');
  assert.deepEqual(wrong?.slice(0, 2), ['attention', 'The clock of this machine is 5 minutes behind.']);
  assert.match(wrong?.[2] ?? '', /Akismet/);
  await writeFilterHealth(app.db, { state: 'answering', since: at, answeredAt: at, secondsAhead: undefined });
  assert.deepEqual(await told(app, 'clock'), []);
});
