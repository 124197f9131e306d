import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '#core/platform/config.ts';
import { AppError } from '#core/platform/errors.ts';
import { eraseSubscriber } from '#core/subscribers/erase-subscriber.ts';
import { keptSubscriber } from '#core/subscribers/kept.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { liftSuppression, suppress } from '#core/subscribers/suppression.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { exportedSubscribers } from '#core/transfer/export-subscribers.ts';
import { type Imported, type ImportOptions, importSubscribers } from '#core/transfer/import-subscribers.ts';
import { textOf } from '#core/transfer/read-text.ts';
import { addReader, signUp } from '../support/readers.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const MAILCHIMP = 'Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP';
const MAILCHIMP_LEFT = `${MAILCHIMP},UNSUB_TIME,UNSUB_REASON`;

interface Result extends Imported {
  refused: string[];
}

async function bring(
  app: TestApp,
  text: string | AsyncIterable<string>,
  options: Partial<ImportOptions> = {},
): Promise<Result> {
  const refused: string[] = [];
  const all = { name: 'list.csv', cadence: 'weekly', evidence: '', isDryRun: false, ...options } as const;
  const imported = await importSubscribers(app, typeof text === 'string' ? inPieces(text) : text, all, {
    refused: (line, problem) => refused.push(`${line}: ${problem}`),
    progress: () => {},
  });
  return { ...imported, refused };
}

/** Cut anywhere, as a file is read. */
async function* inPieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 7) yield text.slice(at, at + 7);
}

async function stateOf(app: TestApp, email: string): Promise<string | undefined> {
  return (await subscriberByKey(app.db, email))?.state;
}

async function exported(app: TestApp, format: 'csv' | 'json'): Promise<string> {
  let text = '';
  for await (const piece of exportedSubscribers(app.db, format)) text += piece;
  return text;
}

test('a list brings its readers in with the proof of their consent, and no letter comes of it', async (t) => {
  const app = await openTestApp(t);
  const row = ' Ann@Example.org ,Ann,2018-02-12 10:54:27,192.0.2.7,2018-02-12 10:59:00,192.0.2.7';
  const { title, counts } = await bring(app, `${MAILCHIMP}\r\n${row}\r\n`, { evidence: 'Our old list.' });
  assert.deepEqual([title, counts], ['Mailchimp', { added: 1 }]);
  const ann = await subscriberByKey(app.db, 'ann@example.org');
  assert.ok(ann);
  assert.deepEqual(
    [ann.email, ann.state, ann.cadence, ann.created_at, ann.confirmed_at],
    ['Ann@example.org', 'confirmed', 'weekly', '2018-02-12T10:54:27.000Z', '2018-02-12T10:59:00.000Z'],
  );
  const { events, letters } = await keptSubscriber(app.db, ann);
  assert.deepEqual(letters, []);
  assert.deepEqual(events, [
    {
      at: '2026-11-24T09:00:00.000Z',
      what: 'imported',
      from: '192.0.2.7',
      words:
        'From Mailchimp (list.csv): agreed 2018-02-12T10:54:27.000Z; confirmed 2018-02-12T10:59:00.000Z; Our old list.',
    },
  ]);
});

test('a list knows its vendor by the first line, and who left there never becomes a reader', async (t) => {
  const app = await openTestApp(t);
  const lists = {
    Mailchimp: `${MAILCHIMP_LEFT}\nleft1@example.org,,,,,,2020-01-01 00:00:00,NORMAL`,
    Substack:
      'email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\nleft2@example.org,true,,,true,,\nin2@example.org,,,,false,,',
    Ghost:
      'id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n1,left3@example.org,,,false,,,,,,\n2,in3@example.org,,,true,,,,,,\n3,left3b@example.org,,,true,,,,2024-01-01T00:00:00Z,,',
    beehiiv:
      'email,First Name,Last Name,status,tier,created_at,unsubscribed_at\nleft4@example.org,,,inactive,free,,\nin4@example.org,,,active,free,,\nleft4b@example.org,,,active,free,,2024-01-01',
    listmonk: 'email,name,attributes\nin5@example.org,Five,"{""a"": ""b, c""}"',
    Curated: 'Email Address,Subscribed at,UTM Source\nin6@example.org,2019-05-01 10:00:00,',
    Buttondown:
      'tags,email_address,creation_date,type\n,in7@example.org,2020-01-01T00:00:00Z,regular\n,left7@example.org,,unsubscribed\n,never7@example.org,,unactivated',
    'a plain list':
      '\ufeffName;E-Mail;Status\nX;in8@example.org;\nY;left8@example.org;bounced\nZ;left8b@example.org;who knows',
  };
  for (const [title, text] of Object.entries(lists)) assert.equal((await bring(app, text)).title, title);
  const rows = await app.db.selectFrom('subscriber').select(['email', 'state']).orderBy('email').execute();
  assert.deepEqual(
    rows.map(({ email, state }) => `${email} ${state}`),
    ['in2', 'in3', 'in4', 'in5', 'in6', 'in7', 'in8'].map((name) => `${name}@example.org confirmed`),
  );
  const again = 'email\nleft1@example.org\nleft3b@example.org\nleft8b@example.org\n';
  assert.deepEqual((await bring(app, again)).counts, { guarded: 3 });
});

test('one bad row is named by its line, and the others go on', async (t) => {
  const app = await openTestApp(t);
  const text = [
    'email,name',
    'a@example.org,A',
    'no address,B',
    '"c@example.org","a name',
    'over two lines"',
    ',nobody',
    '',
    'd@example.org,D,unsubscribed',
    'e@example.org,5" disk',
    '"f@example.org,never closed',
    'g@example.org,G',
  ].join('\n');
  const { refused, counts, rows } = await bring(app, text);
  assert.deepEqual(refused, [
    '3: "no address" is no address that we can write to',
    '6: there is no address',
    '8: it has 3 cells, the first line 2',
    '10: a quotation mark is never closed',
  ]);
  assert.deepEqual([rows, counts], [8, { added: 4, refused: 4 }]);
});

test('the same address in another spelling is one reader, and whoever left in one row has left', async (t) => {
  const app = await openTestApp(t);
  const text =
    'email,status\na@example.org,active\n A@EXAMPLE.ORG ,active\nb@example.org,active\nB@example.org,unsubscribed';
  assert.deepEqual((await bring(app, text)).counts, { merged: 2, added: 1, 'kept-out': 1 });
  assert.equal(await stateOf(app, 'b@example.org'), undefined);
});

test('no import brings anybody back who left, was suppressed or erased here; they themselves can come', async (t) => {
  const app = await openTestApp(t);
  for (const name of ['left', 'erased', 'lifted']) {
    await addReader(app, `${name}@example.org`);
    const subscriber = await subscriberByKey(app.db, `${name}@example.org`);
    assert.ok(subscriber);
    if (name === 'erased') await eraseSubscriber(app, subscriber);
    else await unsubscribe(app, subscriber, '', 'page');
  }
  const suppressed = ['bounced@example.org', 'lifted@example.org'];
  for (const key of suppressed)
    await app.db.transaction().execute((trx) => suppress(app, trx, key, 'bounced'));
  await liftSuppression(app, 'lifted@example.org', 'asked');
  await signUp(app, 'pending@example.org');
  const names = ['left', 'erased', 'lifted', 'bounced', 'pending', 'new'];
  const { counts } = await bring(app, `email\n${names.map((name) => `${name}@example.org`).join('\n')}`);
  assert.deepEqual(counts, { guarded: 4, 'already-here': 1, added: 1 });
  assert.deepEqual(await Promise.all(names.map((name) => stateOf(app, `${name}@example.org`))), [
    'unsubscribed',
    undefined,
    'unsubscribed',
    undefined,
    'pending',
    'confirmed',
  ]);
  app.clock.advance(2 * 86_400_000);
  await addReader(app, 'erased@example.org');
});

test('who was brought in and then stands among those who left is unsubscribed; who confirmed here stays', async (t) => {
  const app = await openTestApp(t);
  await addReader(app, 'own@example.org');
  await bring(app, 'email\nbrought@example.org');
  const rows = ['own', 'brought'].map((name) => `${name}@example.org,,,,,,2020-01-01 00:00:00,`);
  const { counts } = await bring(app, `${MAILCHIMP_LEFT}\n${rows.join('\n')}`);
  assert.deepEqual(counts, { stays: 1, ended: 1 });
  assert.equal(await stateOf(app, 'own@example.org'), 'confirmed');
  assert.equal(await stateOf(app, 'brought@example.org'), 'unsubscribed');
});

test('a dry run counts and changes nothing; run again, an import finds everything done', async (t) => {
  const app = await openTestApp(t);
  const text = `email\n${Array.from({ length: 2500 }, (_, n) => `reader${n}@example.org`).join('\n')}`;
  const dry = await bring(app, text, { isDryRun: true });
  assert.deepEqual(dry.counts, { added: 2500 });
  assert.deepEqual(await app.db.selectFrom('subscriber').select('id').execute(), []);
  assert.deepEqual((await bring(app, text)).counts, { added: 2500 });
  assert.deepEqual((await bring(app, text)).counts, { 'already-here': 2500 });
});

test('a file that is no list is refused as a whole', async (t) => {
  const app = await openTestApp(t);
  const isInvalid = (error: unknown) => error instanceof AppError && error.code === 'invalid';
  await assert.rejects(bring(app, ''), isInvalid);
  await assert.rejects(bring(app, 'name,town\nAnn,Bern'), isInvalid);
  await assert.rejects(bring(app, 'email\na@example.org', { format: 'mailchimp' }), isInvalid);
  await assert.rejects(bring(app, 'email\na@example.org', { format: 'nobody' }), isInvalid);
  await assert.rejects(bring(app, 'x'.repeat(3_000_000)), isInvalid);
  await assert.rejects(bring(app, textOf(path.join(projectRoot, 'no-such-file.csv'))), isInvalid);
});

test('an export guards what a spreadsheet would run, and an import takes it back as it was', async (t) => {
  const app = await openTestApp(t);
  const addresses = [
    '=cmd@example.org',
    '+1@example.org',
    '-x@example.org',
    "'=y@example.org",
    'plain@example.org',
  ];
  await bring(app, `email\n${addresses.join('\n')}`, { evidence: '=HYPERLINK("x")', cadence: 'daily' });
  const csv = await exported(app, 'csv');
  for (const line of csv.split('\r\n')) assert.doesNotMatch(line, /(?:^|,)"?[=+\-@]/);
  const other = await openTestApp(t);
  assert.deepEqual((await bring(other, csv)).counts, { added: addresses.length });
  const rows = await other.db.selectFrom('subscriber').select(['email', 'cadence']).execute();
  assert.deepEqual(rows.map(({ email }) => email).sort(), addresses.toSorted());
  assert.deepEqual(new Set(rows.map(({ cadence }) => cadence)), new Set(['daily']));
  assert.equal(JSON.parse(await exported(app, 'json')).length, addresses.length);
});

test('an export of nobody is a whole file too', async (t) => {
  const app = await openTestApp(t);
  assert.match(await exported(app, 'csv'), /^email,state,/);
  assert.deepEqual(JSON.parse(await exported(app, 'json')), []);
});

const CORPUS = path.join(projectRoot, '..', 'shared', 'corpora', 'subscribers');
const skip = existsSync(CORPUS) ? false : 'skipped: no corpus of subscriber lists beside the repository';

test('the lists of real vendors are read, each row in exactly one way', { skip }, async (t) => {
  const app = await openTestApp(t);
  const expected: Record<string, { rows: number }> = JSON.parse(
    readFileSync(path.join(CORPUS, 'EXPECTED.json'), 'utf8'),
  );
  for (const [file, { rows }] of Object.entries(expected)) {
    const imported = await bring(app, textOf(path.join(CORPUS, file)), { name: file });
    const sum = Object.values(imported.counts).reduce((all, count) => all + count, 0);
    assert.deepEqual([imported.rows, sum], [rows, rows], file);
    if (file.includes('unsubscribed')) assert.equal(imported.counts.added, undefined, file);
  }
});

test('every vendor of HEADERS.json is known by its header', { skip }, async (t) => {
  const app = await openTestApp(t);
  const vendors: Record<string, { header: string | null }> = JSON.parse(
    readFileSync(path.join(CORPUS, 'HEADERS.json'), 'utf8'),
  );
  for (const [vendor, { header }] of Object.entries(vendors)) {
    if (header === null) continue;
    const { title } = await bring(app, `${header}\n`);
    assert.ok(vendor.startsWith(title.toLowerCase()), `${vendor} was taken for ${title}`);
  }
});
