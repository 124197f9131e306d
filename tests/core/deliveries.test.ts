import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELIVERY_STATES, editionBooks, editionLedgers } from '#core/editions/deliveries.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { cancelEdition, finishEditions } from '#core/editions/move-edition.ts';
import { decideUncertain } from '#core/editions/settle-letters.ts';
import { deliveryCounts } from '#core/mail/outbox-rows.ts';
import { csvLine } from '#core/transfer/csv-cells.ts';
import { command } from '../support/commands.ts';
import { setLetter } from '../support/newsroom.ts';
import { addEdition, EDITION } from '../support/outbox.ts';
import { openTestApp } from '../support/test-app.ts';

const READERS = DELIVERY_STATES.map((_, n) => `reader${n}@${n % 3 === 0 ? 'one' : 'two'}.example`);

test('the books of an edition add up to its readers, in every state and by domain', async (t) => {
  const app = await openTestApp(t);
  await addEdition(app.db, READERS);
  for (const [n, state] of DELIVERY_STATES.entries()) await setLetter(app, EDITION, READERS[n] ?? '', state);
  const books = await editionBooks(app.db, EDITION);
  assert.deepEqual(books.counts, Object.fromEntries(DELIVERY_STATES.map((state) => [state, 1])));
  assert.equal(books.total, READERS.length);
  assert.deepEqual(
    books.domains.map(({ domain, total }) => [domain, total]),
    [
      ['two.example', 5],
      ['one.example', 3],
    ],
  );
  await cancelEdition(app, EDITION);
  const [ledger] = await editionLedgers(app.db);
  assert.equal(ledger?.total, READERS.length, 'also after it was cancelled');
  assert.equal(ledger?.counts.skipped, 3);
});

test('the owner’s word settles letters of which nobody knows: as sent, or sent again', async (t) => {
  const app = await openTestApp(t);
  await addEdition(app.db, READERS.slice(0, 2));
  await setLetter(app, EDITION, READERS[0] ?? '', 'sent');
  await setLetter(app, EDITION, READERS[1] ?? '', 'uncertain');
  await finishEditions(app);
  assert.equal(await decideUncertain(app, EDITION, 'again'), 1);
  assert.deepEqual(await deliveryCounts(app.db, EDITION), { sent: 1, queued: 1 });
  assert.equal((await editionById(app.db, EDITION))?.state, 'sending', 'it goes on');
  await setLetter(app, EDITION, READERS[1] ?? '', 'uncertain');
  assert.equal(await decideUncertain(app, EDITION, 'sent'), 1);
  assert.deepEqual(await deliveryCounts(app.db, EDITION), { sent: 2 });
  await setLetter(app, EDITION, READERS[1] ?? '', 'uncertain');
  await cancelEdition(app, EDITION);
  await assert.rejects(decideUncertain(app, EDITION, 'again'), { code: 'conflict' });
});

test('the command writes a line for each letter, of one state where that is asked for', async (t) => {
  const app = await openTestApp(t);
  await addEdition(app.db, READERS);
  await setLetter(app, EDITION, READERS[0] ?? '', 'bounced');
  const all = await command(app, 'deliveries', EDITION, '--csv');
  assert.equal(all.output.split('\r\n').length, 1 + READERS.length + 1);
  const some = await command(app, 'deliveries', EDITION, '--json', '--state', 'bounced');
  assert.equal(JSON.parse(some.output).recipient, READERS[0]);
  assert.match((await command(app, 'deliveries')).output, /7 queued, 1 bounced \(8 in all\)/);
  assert.equal((await command(app, 'deliveries', EDITION, '--state', 'gone')).code, 2);
  assert.equal((await command(app, 'deliveries', 'none')).code, 3);
});

test('a cell that a spreadsheet would run is made plain, one with a comma or quote is quoted', () => {
  assert.equal(csvLine(['a', 'b,c', 'say "so"', 'two\nlines']), 'a,"b,c","say ""so""","two\nlines"\r\n');
  for (const start of ['=', '+', '-', '@'])
    assert.equal(csvLine([`${start}SUM(A1)`]), `'${start}SUM(A1)\r\n`);
  assert.equal(csvLine(['=A1,"x"']), `"'=A1,""x"""\r\n`);
  assert.equal(csvLine(['\rcalc']), `"'\rcalc"\r\n`);
});
