import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { approveEdition } from '#core/editions/approve-edition.ts';
import { sendDueLetters } from '#core/editions/due-letters.ts';
import { editionById, editionOn } from '#core/editions/edition-rows.ts';
import { cancelEdition } from '#core/editions/move-edition.ts';
import { letterNamed, sendLetter } from '#core/editions/send-letter.ts';
import { HOUR, MINUTE } from '#core/platform/clock.ts';
import { command } from '../support/commands.ts';
import { openNewsroom } from '../support/newsroom.ts';
import { addReader } from '../support/readers.ts';
import type { TestApp } from '../support/test-app.ts';

const ID = '2026-11-24-letter';

async function newsroom(t: TestContext): Promise<TestApp> {
  const app = await openNewsroom(t);
  await addReader(app, 'ann@example.org');
  await addReader(app, 'bob@example.org', { cadence: 'monthly', topics: ['cloud', 'phishing'] });
  await addReader(app, 'cy@example.org', { cadence: 'daily', topics: ['clouds'] });
  return app;
}

function write(app: TestApp, name: string, front: string, body = 'Dear reader'): void {
  const folder = path.join(app.config.contentDir, 'letters');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.md`), `---\n${front}\n---\n${body}\n`);
  app.library.reload();
}

async function send(app: TestApp, name: string): Promise<string> {
  return (await sendLetter(app, letterNamed(app, name))).state;
}

/** Whom an edition goes to, by the first letter of their address. */
async function readers(app: TestApp, edition = ID): Promise<string> {
  const rows = await app.db
    .selectFrom('delivery')
    .select('recipient')
    .where('edition_id', '=', edition)
    .orderBy('recipient')
    .execute();
  return rows.map(({ recipient }) => recipient[0]).join('');
}

test('a letter goes to every confirmed reader, once, with the words it has then', async (t) => {
  const app = await newsroom(t);
  write(app, 'hello', 'title: Hello');
  const sent = await Promise.allSettled([send(app, 'hello'), send(app, 'hello')]);
  assert.deepEqual(sent.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(await readers(app), 'abc');
  write(app, 'hello', 'title: Hello again', 'Other words');
  await assert.rejects(send(app, 'hello'), { code: 'conflict', message: /2026-11-24-letter.*goes out once/ });
  assert.deepEqual((await editionById(app.db, ID))?.contents.letter, {
    title: 'Hello',
    markdown: 'Dear reader\n',
  });
  write(app, 'second', 'title: Second');
  assert.equal(await send(app, 'second'), 'made');
  assert.equal(await readers(app, `${ID}-2`), 'abc');
});

test('a letter with topics goes to their readers and to those of all topics', async (t) => {
  const app = await newsroom(t);
  write(app, 'hello', 'title: Hello\ntopics: [cloud, updates]');
  await send(app, 'hello');
  assert.equal(await readers(app), 'ab');
});

test('nobody is told of a draft, nor of a letter that nobody reads', async (t) => {
  const app = await openNewsroom(t);
  write(app, 'draft', 'title: Hello\ndraft: true\nsend: 2026-11-24T08:30:00Z');
  write(app, 'hello', 'title: Hello');
  await assert.rejects(send(app, 'draft'), { code: 'conflict', message: /draft/ });
  await sendDueLetters(app);
  assert.equal(await editionOn(app.db, 'letter', 'draft'), undefined);
  assert.equal(await send(app, 'hello'), 'no-readers');
  assert.equal(await editionOn(app.db, 'letter', 'hello'), undefined, 'it may go out later');
});

test('a letter with a time goes out by itself then, once', async (t) => {
  const app = await newsroom(t);
  write(app, 'hello', 'title: Hello\nsend: 2026-11-24T10:00:00Z');
  app.clock.advance(HOUR - MINUTE);
  await sendDueLetters(app);
  assert.equal(await readers(app), '', 'a minute early');
  app.clock.advance(2 * MINUTE);
  await Promise.all([sendDueLetters(app), sendDueLetters(app)]);
  await sendDueLetters(app);
  assert.equal(await readers(app), 'abc');
  assert.equal(await editionById(app.db, `${ID}-2`), undefined);
});

test('a letter whose hour passed while nothing ran waits for a word, and goes out once', async (t) => {
  const app = await newsroom(t);
  write(app, 'hello', 'title: Hello\nsend: 2026-11-24T07:00:00Z');
  await Promise.all([sendDueLetters(app), sendDueLetters(app)]);
  await sendDueLetters(app);
  assert.deepEqual(
    [await readers(app), (await editionById(app.db, ID))?.state, await editionById(app.db, `${ID}-2`)],
    ['', 'waiting', undefined],
  );
  assert.equal((await approveEdition(app, ID)).state, 'made');
  await assert.rejects(approveEdition(app, ID), { code: 'conflict' });
  await sendDueLetters(app);
  assert.equal(await readers(app), 'abc');
});

test('a late letter that is not wanted does not come back', async (t) => {
  const app = await newsroom(t);
  write(app, 'hello', 'title: Hello\nsend: 2026-11-24T07:00:00Z');
  await sendDueLetters(app);
  await cancelEdition(app, ID);
  await sendDueLetters(app);
  await assert.rejects(send(app, 'hello'), { code: 'conflict', message: /was cancelled/ });
  assert.equal(await readers(app), '');
});

test('a letter with a fault is not sent, and the check names its file and line', async (t) => {
  const app = await newsroom(t);
  write(app, 'no-title', 'topics: [cloud]');
  write(app, 'no-time', 'title: Hello\nsend: soon');
  write(app, 'unknown-field', 'title: Hello\nsent: 2026-11-24');
  write(app, 'unknown-topic', 'title: Hello\ntopics: [clowd]');
  write(app, 'dead-link', 'title: Hello', 'One.\n\nSee [that](/articles/nowhere/).');
  await assert.rejects(send(app, 'no-time'), { code: 'not-found', message: /watchpost check/ });
  const { code, output } = await command(app, 'check');
  assert.equal(code, 1);
  const faults = [
    /letters\/no-title\.md:\d+: title: /,
    /letters\/no-time\.md:3: send: should be a date/,
    /letters\/unknown-field\.md:3: note: sent: /,
    /letters\/unknown-topic\.md:3: .*"clowd" is not in site\.yaml/,
    /letters\/dead-link\.md:6: .*leads nowhere/,
  ];
  for (const fault of faults) assert.match(output, fault);
});

test('the command sends a letter where it is told to, and says what stands against it by its exit code', async (t) => {
  const app = await newsroom(t);
  write(app, 'hello', 'title: Hello');
  const asked = await command(app, 'letter', 'hello');
  assert.equal(asked.code, 2);
  assert.match(asked.errors, /Send "Hello" now to 3 readers\?.*--yes/);
  assert.match((await command(app, 'letter', 'hello', '--dry-run')).output, /To 3 readers/);
  assert.equal(await editionOn(app.db, 'letter', 'hello'), undefined);
  assert.match((await command(app, 'letter', 'hello', '--yes')).output, /3 letters to send/);
  assert.equal((await command(app, 'letter', 'hello', '--yes')).code, 4);
  assert.equal((await command(app, 'letter', 'nowhere')).code, 3);
});
