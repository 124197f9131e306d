import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { KEPT_PAGE, KeptLetters } from '#core/mail/kept-letters.ts';
import { keepLetter, keptLetter } from '#core/mail/kept-mail.ts';
import { temporaryFolder } from '../support/test-app.ts';

interface Written {
  subject?: string;
  to?: string;
  /** Minutes of a day. */
  at?: number;
}

/** A folder of kept letters, and what puts one into it. */
function outbox(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const dir = path.join(dataDir, 'outbox');
  mkdirSync(dir);
  const put = (id: string, { subject = `About ${id}`, to = 'ann@example.org', at = 0 }: Written = {}) => {
    const file = path.join(dir, `${id}.eml`);
    const when = new Date(Date.UTC(2026, 10, 24, 0, at));
    writeFileSync(
      `${file}.part`,
      `To: ${to}\r\nSubject: ${subject}\r\nDate: ${when.toUTCString()}\r\n\r\nX\r\n`,
    );
    utimesSync(`${file}.part`, when, when);
    renameSync(`${file}.part`, file);
  };
  return { dataDir, dir, put, kept: new KeptLetters(dataDir) };
}

const ids = (letters: readonly { id: string }[]) => letters.map(({ id }) => id);

/** Every letter of a list, page by page. */
async function all(kept: KeptLetters, words = ''): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await kept.page({ words, ...(after === undefined ? {} : { after }) });
    found.push(...ids(page.letters));
    after = page.next;
  } while (after !== undefined);
  return found;
}

test('kept letters are listed newest first, a page at a time, each once', async (t) => {
  const { put, kept } = outbox(t);
  const names = Array.from({ length: 2 * KEPT_PAGE + 7 }, (_, n) => `letter-${String(n).padStart(3, '0')}`);
  for (const [n, name] of names.entries()) put(name, { at: Math.floor(n / 3) }); // three at a time
  const first = await kept.page();
  assert.equal(first.letters.length, KEPT_PAGE);
  assert.equal(first.total, names.length);
  assert.equal(first.letters[0]?.date, '2026-11-24T00:35:00.000Z');
  const listed = await all(kept);
  assert.equal(listed.length, names.length);
  assert.deepEqual(listed.toSorted(), names);
});

test('a letter that comes while somebody pages moves none, and one that goes leaves no gap', async (t) => {
  const { dir, put, kept } = outbox(t);
  for (let n = 0; n < KEPT_PAGE + 5; n++) put(`letter-${String(n).padStart(3, '0')}`, { at: n });
  const { next, letters } = await kept.page();
  put('newest', { at: 900 });
  rmSync(path.join(dir, `${letters.at(-1)?.id}.eml`));
  const second = await kept.page({ after: next ?? '' });
  assert.deepEqual(ids(second.letters), [
    'letter-004',
    'letter-003',
    'letter-002',
    'letter-001',
    'letter-000',
  ]);
  assert.equal((await kept.page()).letters[0]?.id, 'newest');
});

test('letters are found by words of their subject or recipient, however they are written', async (t) => {
  const { put, kept } = outbox(t);
  put('one', { subject: '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=', at: 1 });
  put('two', { to: 'Bob@Example.net', at: 2 });
  put('three', { at: 3 });
  assert.deepEqual(ids((await kept.page({ words: 'GRÜ' })).letters), ['one']);
  assert.deepEqual(ids((await kept.page({ words: 'bob@' })).letters), ['two']);
  assert.deepEqual(ids((await kept.page({ words: 'example' })).letters), ['three', 'two', 'one']);
  const nothing = await kept.page({ words: 'nobody' });
  assert.deepEqual([nothing.letters, nothing.next, nothing.reached], [[], undefined, undefined]);
});

test('a search among very many says how far it came, and goes on from there', async (t) => {
  const { put, kept } = outbox(t);
  put('needle', { subject: 'A needle', at: 0 });
  for (let n = 0; n < 2100; n++) put(`hay-${n}`, { at: 1 + (n % 1000) });
  const page = await kept.page({ words: 'needle' });
  assert.equal(page.letters.length, 0);
  assert.match(page.reached ?? '', /^2026-11-24T/);
  assert.deepEqual(await all(kept, 'needle'), ['needle']);
});

test('what is no letter is not listed: half a file, a folder, what is gone', async (t) => {
  const { dataDir, dir, put, kept } = outbox(t);
  assert.deepEqual((await kept.page()).letters, [], 'none yet');
  put('one');
  writeFileSync(path.join(dir, 'half.eml.part'), 'To');
  mkdirSync(path.join(dir, 'folder.eml'));
  symlinkSync('nowhere', path.join(dir, 'gone.eml'));
  assert.deepEqual(ids((await kept.page()).letters), ['one']);
  assert.equal(keptLetter(dataDir, 'folder'), undefined);
  for (const id of ['../one', 'a/b', '..', '.', '', '\0', 'x'.repeat(9000)])
    assert.equal(keptLetter(dataDir, id), undefined, JSON.stringify(id.slice(0, 20)));
});

test('a letter is in the list as soon as it is kept, also where there was no folder before', async (t) => {
  const dataDir = temporaryFolder(t);
  const kept = new KeptLetters(dataDir);
  assert.equal((await kept.page()).total, 0);
  for (const id of ['one@watchpost.test', 'two@watchpost.test']) {
    await keepLetter(dataDir, id, Buffer.from('Subject: Hello\r\n\r\n'));
    assert.ok(ids((await kept.page()).letters).includes(id));
  }
});

test('a place in the list that is none begins at the newest', async (t) => {
  const { put, kept } = outbox(t);
  put('one');
  for (const after of ['x', '-', '12', '99999999999999999999-a', '\0'])
    assert.deepEqual(ids((await kept.page({ after })).letters), ['one'], after);
});
