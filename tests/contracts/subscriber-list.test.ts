import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY, isoAfter, MINUTE } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import {
  addByHand,
  askByHand,
  changeByHand,
  liftByHand,
  suppressByHand,
  unsubscribeByHand,
} from '#core/subscribers/by-hand.ts';
import { consentOf, type HistoryEntry, subscriberHistory } from '#core/subscribers/history.ts';
import { type ListFilter, subscriberList } from '#core/subscribers/list.ts';
import { sendLinkByHand } from '#core/subscribers/send-link.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { isSuppressed } from '#core/subscribers/suppression.ts';
import { subscriberTallies } from '#core/subscribers/tallies.ts';
import { exportedList } from '#core/transfer/export-subscribers.ts';
import { testEngines } from '../support/engines.ts';
import { addReader, signUp } from '../support/readers.ts';
import { addDelivery, addSubscribers, NOW } from '../support/rows.ts';
import type { TestApp } from '../support/test-app.ts';

const WEEKLY = { cadence: 'weekly', topics: [], alerts: 0 } as const;

for (const { name, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('the list is paged newest first, everybody once, however many joined in one moment', async (t) => {
      const app = await openApp(t);
      const states = ['confirmed', 'pending', 'unsubscribed'] as const;
      for (let n = 0; n < 120; n++) {
        const created_at = isoAfter(new Date(NOW), -Math.floor(n / 7) * DAY);
        const person = { state: states[n % 5] ?? 'confirmed', created_at };
        await addSubscribers(app.db, [`r${String(n).padStart(3, '0')}`], person);
      }
      const seen: string[] = [];
      const times: string[] = [];
      let after: string | undefined;
      do {
        const page = await subscriberList(app, {}, { after, size: 11 });
        seen.push(...page.subscribers.map(({ id }) => id));
        times.push(...page.subscribers.map(({ created_at }) => created_at));
        after = page.next;
      } while (after !== undefined);
      assert.deepEqual([seen.length, new Set(seen).size], [120, 120]);
      assert.deepEqual(times, times.toSorted().reverse());
    });

    test('somebody is found by their address, its beginning, a part of it, or its domain', async (t) => {
      const app = await openApp(t);
      for (const email of [
        'ann@example.org',
        'annabel@mail.example.net',
        'joann@example.org',
        'a_b@xn--mller-kva.example',
      ])
        await addReader(app, email);
      assert.deepEqual(await found(app, { text: ' Ann' }), ['ann@example.org', 'annabel@mail.example.net']);
      assert.deepEqual(await found(app, { text: 'ANN@EXAMPLE.ORG' }), ['ann@example.org']);
      assert.deepEqual(await found(app, { text: '@example' }), ['ann@example.org', 'joann@example.org']);
      assert.deepEqual(await found(app, { text: '@mail.example.net' }), ['annabel@mail.example.net']);
      assert.deepEqual(await found(app, { text: '@müller.example' }), ['a_b@xn--mller-kva.example']);
      assert.deepEqual(await found(app, { text: 'ann', isAnywhere: true }), [
        'ann@example.org',
        'annabel@mail.example.net',
        'joann@example.org',
      ]);
      assert.deepEqual(await found(app, { text: 'a_b', isAnywhere: true }), ['a_b@xn--mller-kva.example']);
      assert.deepEqual(await found(app, { text: '%', isAnywhere: true }), []);
      for (const text of ['an\0n', 'ann o', 'ä', 'x'.repeat(300), "' or 1=1"])
        assert.deepEqual(await found(app, { text }), [], text);
    });

    test('filters narrow the list, together too', async (t) => {
      const app = await openApp(t);
      await addReader(app, 'ann@example.org', { topics: ['cloud'], alerts: 2 });
      app.clock.advance(DAY);
      await addReader(app, 'ben@example.org', { cadence: 'daily', topics: ['cloud', 'mobile'] });
      await signUp(app, 'cleo@example.org');
      const since = app.clock.now().toISOString();
      const filters: [ListFilter, string][] = [
        [{ state: 'pending' }, 'cleo'],
        [{ state: 'confirmed' }, 'ben ann'],
        [{ cadence: 'daily' }, 'ben'],
        [{ topic: 'mobile' }, 'ben'],
        [{ topic: 'all' }, 'cleo'],
        [{ topic: 'clou' }, ''],
        [{ alerts: true }, 'ann'],
        [{ alerts: false, since }, 'ben cleo'],
        [{ text: 'a', state: 'confirmed', cadence: 'weekly' }, 'ann'],
        [{ text: '@example.org', since, topic: 'cloud' }, 'ben'],
        [{ text: 'ann', isBouncing: true }, ''],
      ];
      for (const [filter, expected] of filters) {
        const names = (await found(app, filter)).map((email) => email.split('@')[0]);
        assert.deepEqual(names.sort(), expected.split(' ').filter(Boolean).sort(), JSON.stringify(filter));
      }
    });

    test('whose letters came back lately stand in the order of that, each once', async (t) => {
      const app = await openApp(t);
      const ids = [];
      for (const who of ['ann', 'ben', 'cleo', 'dora']) ids.push(await addReader(app, `${who}@example.org`));
      const [ann = '', ben = '', cleo = '', dora = ''] = ids;
      await comeBack(app, dora, 'soft', -15 * DAY);
      await comeBack(app, ann, 'soft');
      await comeBack(app, ben, 'hard');
      await comeBack(app, ann, 'soft');
      await comeBack(app, cleo, 'complaint');
      const first = await subscriberList(app, { isBouncing: true }, { size: 1 });
      assert.deepEqual(emails(first.subscribers), ['ann@example.org']);
      const second = await subscriberList(app, { isBouncing: true }, { size: 1, after: first.next });
      assert.deepEqual([emails(second.subscribers), second.next], [['ben@example.org'], undefined]);
      assert.deepEqual(await found(app, { isBouncing: true, text: '@example.org', cadence: 'daily' }), []);
      assert.deepEqual(await found(app, { isBouncing: true, text: 'an' }), ['ann@example.org']);
    });

    test('where few of very many fit, a part is looked at, and the next page goes on from there', async (t) => {
      const app = await openApp(t);
      for (let n = 0; n < 40; n++) {
        const created_at = isoAfter(new Date(NOW), -n * MINUTE);
        const person = { created_at, domain: 'example.org', topics: n % 20 === 9 ? 'cloud' : '' };
        await addSubscribers(app.db, [`r${String(n).padStart(2, '0')}`], person);
      }
      for (const [filter, reached] of [
        [{ topic: 'cloud' }, { at: isoAfter(new Date(NOW), -9 * MINUTE) }],
        [{ text: 'r', topic: 'cloud' }, { address: 'r09@example.org' }],
        [{ text: '@example', topic: 'cloud' }, { address: 'r09@example.org' }],
      ] as const) {
        const first = await subscriberList(app, filter, { look: 10 });
        assert.deepEqual([emails(first.subscribers), first.reached], [['r09@example.org'], reached]);
        const second = await subscriberList(app, filter, { look: 10, after: first.next });
        assert.deepEqual([second.subscribers, second.next !== undefined], [[], true]);
        const third = await subscriberList(app, filter, { look: 10, after: second.next });
        assert.deepEqual(emails(third.subscribers), ['r29@example.org']);
        const last = await subscriberList(app, filter, { look: 11, after: third.next });
        assert.deepEqual(last, { subscribers: [], next: undefined, reached: undefined });
      }
      const anywhere = await subscriberList(app, { text: '9@', isAnywhere: true }, { look: 1 });
      assert.deepEqual(
        [emails(anywhere.subscribers), anywhere.next],
        [['r09@example.org'], 'r09@example.org'],
      );
    });

    test('a page of the list that is none is refused', async (t) => {
      const app = await openApp(t);
      for (const after of ['', 'x', `${NOW} a b`, '1', 'a\0b'])
        await assert.rejects(subscriberList(app, {}, { after }), isInvalid, after);
      for (const after of [`${NOW} a`, 'ann@example.org'])
        await assert.rejects(subscriberList(app, { text: 'b' }, { after }), isInvalid);
      await assert.rejects(subscriberHistory(app.db, 'a', { after: `${NOW} story 1` }), isInvalid);
    });

    test('one person’s history has everything in the order of time, page by page', async (t) => {
      const app = await openApp(t);
      const id = await addReader(app, 'ann@example.org');
      for (let n = 1; n <= 12; n++) {
        app.clock.advance(DAY);
        const created_at = app.clock.now().toISOString();
        await addDelivery(app.db, id, {
          ...{ kind: 'link', message_id: `${n}@x`, state: 'sent', reply: '250 taken', created_at },
        });
        if (n % 4 === 0) await comeBack(app, id, 'soft');
      }
      await changeByHand(
        app,
        { id },
        { choices: { ...WEEKLY, cadence: 'daily' }, evidence: 'by\r\n telephone' },
      );
      const all: HistoryEntry[] = [];
      let after: string | undefined;
      do {
        const page = await subscriberHistory(app.db, id, { after, size: 3 });
        all.push(...page.entries);
        after = page.next;
      } while (after !== undefined);
      const four = 'letter bounce letter letter letter ';
      assert.equal(
        all.map(({ source }) => source).join(' '),
        `letter event bounce letter letter letter ${four}${four}letter letter event event`,
      );
      assert.deepEqual(
        all.map(({ at }) => at),
        all
          .map(({ at }) => at)
          .toSorted()
          .reverse(),
      );
      const words = all.flatMap((entry) => (entry.source === 'event' ? [entry.words] : []));
      assert.equal(words[0], 'daily; all topics; by hand: by telephone');
      const { agreed, confirmed } = await consentOf(app.db, id);
      assert.deepEqual(
        [agreed?.from, agreed?.words, confirmed?.from],
        ['192.0.2.1', 'Send me the digest', '192.0.2.1'],
      );
    });

    test('who is written down at the desk is asked to confirm, or is a reader where they agreed elsewhere', async (t) => {
      const app = await openApp(t);
      const person = (email: string) => ({ email, choices: WEEKLY, evidence: 'at the fair, 3 May' });
      assert.equal(await askByHand(app, person('ann@example.org')), 'asked');
      assert.equal(await askByHand(app, person('ANN@example.org')), 'asked-enough');
      assert.equal((await subscriberByKey(app.db, 'ann@example.org'))?.state, 'pending');
      assert.equal(await addByHand(app, person('ben@example.org')), 'added');
      assert.equal(await askByHand(app, person('ben@example.org')), 'already-here');
      const ben = await subscriberByKey(app.db, 'ben@example.org');
      assert.equal(ben?.state, 'confirmed');
      assert.equal((await consentOf(app.db, ben.id)).agreed?.words, 'at the fair, 3 May');
      const nothing = { ...person('cleo@example.org'), evidence: ' \n ' };
      await assert.rejects(askByHand(app, nothing), isInvalid);
      await assert.rejects(addByHand(app, nothing), isInvalid);
      assert.equal(await subscriberByKey(app.db, 'cleo@example.org'), undefined);
    });

    test('nobody who left or is suppressed is brought back from the desk', async (t) => {
      const app = await openApp(t);
      const id = await addReader(app, 'ann@example.org');
      const person = (email: string) => ({ email, choices: WEEKLY, evidence: 'asked' });
      await unsubscribeByHand(app, { id }, 'by letter');
      assert.equal(await suppressByHand(app, 'ben@example.org', 'asked never to be written to'), true);
      assert.equal(await suppressByHand(app, 'ben@example.org', 'again'), false);
      for (const email of ['ann@example.org', 'ben@example.org']) {
        assert.equal(await askByHand(app, person(email)), 'guarded');
        assert.equal(await addByHand(app, person(email)), 'guarded');
      }
      assert.equal(await sendLinkByHand(app, { id }), 'left');
      await assert.rejects(liftByHand(app, 'ben@example.org', ' '), isInvalid);
      assert.equal(await isSuppressed(app, app.db, 'ben@example.org'), true);
      assert.equal(await liftByHand(app, 'ben@example.org', 'wrote that it was a mistake'), true);
      assert.equal(await askByHand(app, person('ben@example.org')), 'asked');
    });

    test('a link is sent again, but not twice in one moment; a confirmation as often as a sign-up asks', async (t) => {
      const app = await openApp(t);
      const id = await addReader(app, 'ann@example.org');
      const both = await Promise.all([1, 2].map(() => sendLinkByHand(app, { id })));
      assert.deepEqual(both.sort(), ['link', 'too-soon']);
      app.clock.advance(11 * MINUTE);
      assert.equal(await sendLinkByHand(app, { id }), 'link');
      await signUp(app, 'ben@example.org');
      const ben = { id: (await subscriberByKey(app.db, 'ben@example.org'))?.id ?? '' };
      assert.equal(await sendLinkByHand(app, ben), 'too-soon');
      for (const expected of ['confirmation', 'confirmation', 'too-soon']) {
        app.clock.advance(DAY);
        assert.equal(await sendLinkByHand(app, ben), expected);
      }
    });

    test('what is taken along is what the list shows, with consent and without tokens', async (t) => {
      const app = await openApp(t);
      for (let n = 0; n < 24; n++)
        await addReader(app, `r${n}@example.org`, { cadence: n % 3 ? 'weekly' : 'daily' });
      await signUp(app, 'daisy@example.org', { cadence: 'daily' });
      const csv = await textOf(exportedList(app, { cadence: 'daily', state: 'confirmed' }, 'csv'));
      const [head, ...rows] = csv.trimEnd().split('\r\n');
      assert.equal(rows.length, 8);
      assert.ok(rows.every((row) => row.includes(',confirmed,daily,') && row.includes('Send me the digest')));
      assert.doesNotMatch(head ?? '', /token|link|id\b/);
      const json = JSON.parse(await textOf(exportedList(app, { text: 'r1' }, 'json'))) as { email: string }[];
      assert.deepEqual(
        json.map(({ email }) => email).sort(),
        ['r1', ...Array.from({ length: 10 }, (_, n) => `r1${n}`)].map((one) => `${one}@example.org`).sort(),
      );
      assert.equal(await textOf(exportedList(app, { text: 'nobody' }, 'json')), '[]\n');
    });

    test('the tallies are those of now where there are few', async (t) => {
      const app = await openApp(t);
      await signUp(app, 'ann@example.org');
      await subscriberTallies(app);
      await signUp(app, 'ben@example.org');
      const { counts } = await subscriberTallies(app);
      const of = (state: string) =>
        counts.filter((one) => one.state === state).reduce((sum, { count }) => sum + count, 0);
      assert.deepEqual([of('pending'), of('confirmed')], [2, 0]);
    });
  });
}

async function found(app: TestApp, filter: ListFilter): Promise<string[]> {
  const { subscribers, next } = await subscriberList(app, filter);
  assert.equal(next, undefined);
  return emails(subscribers);
}

function emails(subscribers: readonly { email: string }[]): string[] {
  return subscribers.map(({ email }) => email);
}

async function comeBack(
  app: TestApp,
  id: string,
  kind: 'soft' | 'hard' | 'complaint',
  afterMs = 0,
): Promise<void> {
  const at = isoAfter(app.clock.now(), afterMs);
  const row = {
    at,
    kind,
    subscriber_id: id,
    delivery_id: null,
    edition_id: null,
    status: '4.2.2',
    reason: 'full',
  };
  await app.db
    .insertInto('bounce')
    .values({ message_hash: `${Math.random()}`, ...row })
    .execute();
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

function isInvalid(error: unknown): boolean {
  return error instanceof AppError && error.code === 'invalid';
}
