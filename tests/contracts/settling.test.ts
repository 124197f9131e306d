import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editionBooks, sumOf } from '#core/editions/deliveries.ts';
import { detailedBooks } from '#core/editions/detailed-books.ts';
import { editionById } from '#core/editions/edition-rows.ts';
import { keepTally } from '#core/editions/keep-tally.ts';
import { LETTERS_PAGE, lettersOf } from '#core/editions/letters-of.ts';
import { finishEditions } from '#core/editions/move-edition.ts';
import { settleLetters, takeBackWord } from '#core/editions/settle-letters.ts';
import { keptTallies } from '#core/editions/tally-rows.ts';
import { uncertainLetters } from '#core/editions/uncertain-rows.ts';
import type { DeliveryState } from '#db/schema.ts';
import { testEngines } from '../support/engines.ts';
import { addEdition, EDITION, moveEdition } from '../support/outbox.ts';
import type { TestApp } from '../support/test-app.ts';

async function setLetter(app: TestApp, recipient: string, state: DeliveryState, reply: string | null = null) {
  await app.db
    .updateTable('delivery')
    .set({ state, reply })
    .where('edition_id', '=', EDITION)
    .where('recipient', '=', recipient)
    .execute();
}

/** Three of whom nobody knows, and one that was sent. */
async function threeUncertain(app: TestApp): Promise<[number, number, number]> {
  const readers = ['a@x.example', 'b@x.example', 'c@y.example', 'd@y.example'];
  await addEdition(app.db, readers);
  for (const reader of readers) await setLetter(app, reader, 'uncertain', 'the line broke');
  await setLetter(app, 'd@y.example', 'sent');
  await finishEditions(app);
  const [a, b, c] = (await uncertainLetters(app.db, EDITION, 9)).map(({ id }) => id);
  return [a ?? 0, b ?? 0, c ?? 0];
}

const counts = async (app: TestApp) => (await editionBooks(app.db, EDITION)).counts;
const state = async (app: TestApp) => (await editionById(app.db, EDITION))?.state;

for (const { name, openApp } of testEngines())
  describe(`letters of an edition on ${name}`, () => {
    test('uncertain letters are settled one by one, and the word on them is taken back', async (t) => {
      const app = await openApp(t);
      const [a, b, c] = await threeUncertain(app);
      assert.equal(await state(app), 'sent');
      assert.equal(await settleLetters(app, EDITION, [a], 'sent'), 1);
      assert.equal(await settleLetters(app, EDITION, [a, b], 'again'), 1, 'what is decided stays so');
      assert.deepEqual(await counts(app), { sent: 2, queued: 1, uncertain: 1 });
      assert.equal(await state(app), 'sending', 'it goes on');
      assert.equal(await takeBackWord(app, EDITION, [b], 'again'), 1);
      assert.equal(await takeBackWord(app, EDITION, [a, c], 'sent'), 1);
      assert.deepEqual(await counts(app), { sent: 1, uncertain: 3 });
      await finishEditions(app);
      assert.equal(await state(app), 'sent');
    });

    test('a letter that a sender has in hand cannot be taken back, nor one that was sent in truth', async (t) => {
      const app = await openApp(t);
      const [a, b] = await threeUncertain(app);
      await settleLetters(app, EDITION, [a], 'again');
      await app.db.updateTable('delivery').set({ state: 'claimed' }).where('id', '=', a).execute();
      assert.equal(await takeBackWord(app, EDITION, [a], 'again'), 0);
      const sent = await app.db
        .selectFrom('delivery')
        .select('id')
        .where('recipient', '=', 'd@y.example')
        .executeTakeFirstOrThrow();
      assert.equal(await takeBackWord(app, EDITION, [sent.id], 'sent'), 0);
      await settleLetters(app, EDITION, [b], 'sent');
      assert.equal(
        await takeBackWord(app, '2026-01-01-other', [b], 'sent').catch((e) => e.code),
        'not-found',
      );
      assert.equal(await takeBackWord(app, EDITION, [b], 'again'), 0, 'it was another word');
    });

    test('what was counted once is counted anew when a word is taken back', async (t) => {
      const app = await openApp(t);
      const all = await threeUncertain(app);
      await settleLetters(app, EDITION, all, 'sent');
      assert.equal(await keepTally(app), 1);
      assert.deepEqual((await keptTallies(app.db, [EDITION])).get(EDITION), { sent: 4 });
      await takeBackWord(app, EDITION, all, 'sent');
      assert.equal((await keptTallies(app.db, [EDITION])).size, 0);
    });

    test('nothing is settled of none, of too many, or again where the edition was cancelled', async (t) => {
      const app = await openApp(t);
      const [a] = await threeUncertain(app);
      for (const letters of [[], [Number.NaN], [0.5], [-1], Array.from({ length: 501 }, (_, n) => n + 1)])
        await assert.rejects(settleLetters(app, EDITION, letters, 'sent'), { code: 'invalid' });
      await assert.rejects(settleLetters(app, 'none', [a], 'sent'), { code: 'not-found' });
      await moveEdition(app.db, 'cancelled');
      await assert.rejects(settleLetters(app, EDITION, [a], 'again'), { code: 'conflict' });
      assert.equal((await uncertainLetters(app.db, EDITION, 9)).length, 3);
    });

    test('the books add up by state, by domain and by reason, however the servers worded it', async (t) => {
      const app = await openApp(t);
      const states: DeliveryState[] = ['sent', 'queued', 'deferred', 'bounced', 'uncertain', 'skipped'];
      const readers = Array.from({ length: 30 }, (_, n) => `r${n}@d${n % 4}.example`);
      await addEdition(app.db, readers);
      for (const [n, reader] of readers.entries()) await setLetter(app, reader, states[n % 6] ?? 'sent');
      const replies = [
        '550 5.1.1 <r3@d3.example> unknown',
        '550 5.1.1 <r9@d1.example> unknown',
        '554 Blocked',
        '5.1.1 no such box',
        null,
      ];
      for (const [n, reply] of replies.entries())
        await setLetter(app, readers[3 + 6 * n] ?? '', 'bounced', reply);
      const books = await detailedBooks(app.db, EDITION);
      assert.equal(books.total, 30);
      assert.deepEqual(books.counts, {
        sent: 5,
        queued: 5,
        deferred: 5,
        bounced: 5,
        uncertain: 5,
        skipped: 5,
      });
      for (const { domain, counts: own, total } of books.domains) assert.equal(sumOf(own), total, domain);
      assert.equal(
        books.domains.reduce((sum, { total }) => sum + total, 0),
        30,
      );
      assert.deepEqual(
        books.reasons.map(({ reason, count }) => [reason, count]),
        [
          ['550 5.1.1', 2],
          ['', 1],
          ['5.1.1', 1],
          ['554', 1],
        ],
      );
      assert.equal(sumOf(Object.fromEntries(books.reasons.map(({ reason, count }) => [reason, count]))), 5);
      const who = await lettersOf(app.db, { edition: EDITION, state: 'bounced', reason: '550 5.1.1' });
      assert.deepEqual(who.letters.map(({ recipient }) => recipient).sort(), [
        'r3@d3.example',
        'r9@d1.example',
      ]);
    });

    test('letters are listed one by one, page by page, each once, also those of one domain', async (t) => {
      const app = await openApp(t);
      const readers = Array.from({ length: 2 * LETTERS_PAGE + 3 }, (_, n) => `r${n}@d${n % 3}.example`);
      await addEdition(app.db, readers);
      const listed = async (domain?: string) => {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await lettersOf(app.db, { edition: EDITION, state: 'queued', domain }, after);
          assert.ok(page.letters.length <= LETTERS_PAGE);
          found.push(...page.letters.map(({ recipient }) => recipient));
          after = page.next;
        } while (after !== undefined);
        return found.sort();
      };
      assert.deepEqual(await listed(), readers.toSorted());
      assert.deepEqual(
        await listed('d1.example'),
        readers.filter((one) => one.endsWith('@d1.example')).sort(),
      );
      assert.deepEqual((await lettersOf(app.db, { edition: EDITION, state: 'sent' })).letters, []);
      assert.ok((await lettersOf(app.db, { edition: EDITION, state: 'queued' }, 'x')).letters.length > 0);
    });
  });
