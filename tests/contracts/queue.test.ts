import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { insertComment, insertCommentEvent } from '#core/comments/comment-rows.ts';
import { decideComments, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { commentAtDesk } from '#core/comments/moderation/one-comment.ts';
import { oneCluster, QUEUE_LENGTH, queue, searchQueue } from '#core/comments/moderation/queue.ts';
import { PAGE_BYTES, weightOnPage } from '#core/comments/moderation/queue-context.ts';
import { postComment } from '#core/comments/post-comment.ts';
import { addRule, removeRule, restoreRule } from '#core/comments/rules/keep-rule.ts';
import { activeRules, removedRules } from '#core/comments/rules/rule-rows.ts';
import { rulesNow } from '#core/comments/rules/rules-now.ts';
import { tryRule } from '#core/comments/rules/try-rule.ts';
import type { Db, Trx } from '#core/platform/db.ts';
import { asSafeHtml } from '#core/platform/safe-html.ts';
import { assertSound, byId, hasCode } from '../support/comment-room.ts';
import { testEngines } from '../support/engines.ts';
import { comment, draft, NOW } from '../support/rows.ts';

/** Comments as if they had come one after another; their ids in that order. */
async function leave(db: Db, given: Parameters<typeof comment>[0][]): Promise<number[]> {
  return db.transaction().execute(async (trx: Trx) => {
    const ids: number[] = [];
    for (const one of given) {
      const row = comment({ name_key: 'ann', ...one });
      const id = await insertComment(trx, { ...row, cluster: one.cluster ?? null });
      await insertCommentEvent(trx, {
        ...{ comment_id: id, at: NOW, actor: 'commenter', before: null },
        ...{ state: row.state, reason: row.reason },
      });
      ids.push(id);
    }
    return ids;
  });
}

const many = (count: number, make: (n: number) => Parameters<typeof comment>[0]) =>
  Array.from({ length: count }, (_, n) => make(n));
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

for (const { name, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('pages of the queue show each cluster once, whatever is decided between two of them', async (t) => {
      const app = await openApp(t);
      const { db } = app;
      // Two of each cluster, the second of them long after the first.
      const ids = await leave(
        db,
        many(120, (n) => ({ cluster: `c${n % 60}` })),
      );
      const first = await queue(db, 'held');
      assert.equal(first.items.length, QUEUE_LENGTH);
      assert.deepEqual(
        first.items.map(({ cluster, count, comments }) => [cluster, count, comments.map(({ id }) => id)]),
        numbers(0, QUEUE_LENGTH).map((n) => [`c${59 - n}`, 2, [ids[119 - n], ids[59 - n]]]),
      );
      await decideComments(app, byId(ids.slice(90, 119)), 'spam', { moderator: 'owner' });
      const later = await leave(db, [{ cluster: 'new' }]);
      const second = await queue(db, 'held', first.next);
      const shown = second.items.map(({ cluster }) => cluster);
      assert.deepEqual(
        shown.slice(0, 5),
        ['c29', 'c28', 'c27', 'c26', 'c25'],
        'what comes next is not passed over',
      );
      const all = [...second.items];
      for (let next = second.next; next !== undefined; ) {
        const page = await queue(db, 'held', next);
        all.push(...page.items);
        ({ next } = page);
      }
      assert.deepEqual(
        all.map(({ cluster }) => cluster).sort(),
        numbers(0, 59)
          .map((n) => `c${n}`)
          .sort(),
        'each that waits and was not shown as it is now: once, and no newer one',
      );
      const left = all.flatMap(({ comments }) => comments.map(({ id }) => id));
      assert.ok(!left.includes(later[0] ?? 0));
      assert.equal(new Set(left).size, left.length);
    });

    test('a flood that is one cluster takes one place, and is looked at page by page', async (t) => {
      const { db } = await openApp(t);
      await leave(db, [{ cluster: 'other' }]);
      await leave(
        db,
        many(1100, () => ({ cluster: 'flood' })),
      );
      const { items, next } = await queue(db, 'held');
      assert.deepEqual(
        items.map(({ cluster, count, comments, read }) => [cluster, count, comments.length, read.length]),
        [
          ['flood', 1100, 3, 1000],
          ['other', 1, 1, 0],
        ],
      );
      assert.equal(next, undefined);
      const seen = new Set<number>();
      for (let before: number | undefined, more = true; more; ) {
        const page = await oneCluster(db, 'held', 'flood', before);
        assert.equal(page?.count, 1100);
        for (const { id } of page?.comments ?? []) seen.add(id);
        before = page?.next;
        more = before !== undefined;
      }
      assert.equal(seen.size, 1100);
      assert.equal(await oneCluster(db, 'held', 'nothing'), undefined);
    });

    test('a page of very long comments ends sooner, and the next one goes on there', async (t) => {
      const { db } = await openApp(t);
      const html = asSafeHtml(`<p>${'long '.repeat(5000)}</p>`);
      const ids = await leave(
        db,
        many(12, (n) => ({ cluster: `c${n}`, html })),
      );
      for (const read of [
        (before?: number) => queue(db, 'held', before),
        async (before?: number) => {
          const { items, next } = await searchQueue(db, { state: 'held' }, before);
          return { items: items.map((one) => ({ comments: [one] })), next };
        },
      ]) {
        const seen: number[] = [];
        for (let before: number | undefined, more = true; more; ) {
          const { items, next } = await read(before);
          const comments = items.flatMap((one) => one.comments);
          assert.ok(comments.length > 0 && comments.length < ids.length);
          assert.ok(comments.reduce((sum, one) => sum + weightOnPage(one), 0) <= PAGE_BYTES);
          seen.push(...comments.map(({ id }) => id));
          before = next;
          more = next !== undefined;
        }
        assert.deepEqual(seen, ids.toReversed());
      }
    });

    test('comments are found by words in any alphabet, name, article, sign, verdict and person', async (t) => {
      const { db } = await openApp(t);
      const signs = JSON.stringify([{ name: 'links', weight: 3, words: '5 links, 2 are allowed' }]);
      const [plain = 0, umlaut = 0, spam = 0, twin = 0] = await leave(db, [
        { body: 'A  patch for\nthe 8.2 line' },
        { body: 'Die ÜBLICHE Lücke', name: 'Jörg Müller', article: 'second-story' },
        { body: 'Cheap patches', signs, verdict: 'spam', email: 'b@b.example', email_key: 'b@b.example' },
        { body: 'Once more', email: 'b@b.example', email_key: 'b@b.example', name: 'Ben' },
        { body: 'A patch elsewhere', state: 'trash' },
      ]);
      const found = async (filter: object) =>
        (await searchQueue(db, { state: 'held', ...filter })).items.map(({ id }) => id);
      assert.deepEqual(await found({}), [twin, spam, umlaut, plain]);
      assert.deepEqual(await found({ words: 'patch' }), [spam, plain]);
      assert.deepEqual(await found({ words: 'PATCH the 8.2' }), [plain], 'every word, wherever it stands');
      assert.deepEqual(await found({ words: 'übliche' }), [umlaut]);
      assert.deepEqual(await found({ name: 'MÜLL' }), [umlaut]);
      assert.deepEqual(await found({ article: 'second-story' }), [umlaut]);
      assert.deepEqual(await found({ sign: 'links' }), [spam]);
      assert.deepEqual(await found({ verdict: 'spam' }), [spam]);
      assert.deepEqual(await found({ verdict: 'none', words: 'patch' }), [plain]);
      assert.deepEqual(await found({ person: twin }), [twin, spam]);
      assert.deepEqual(await found({ person: 999 }), []);
      assert.deepEqual(await found({ words: '%' }), [], 'a sign of the database is none here');
    });

    test('a search looks through a bounded number of texts at a time, and goes on', async (t) => {
      const { db } = await openApp(t);
      const [needle] = await leave(db, [
        { body: 'The needle' },
        ...many(5200, () => ({ body: 'Hay', email_key: '' })),
      ]);
      const first = await searchQueue(db, { state: 'held', words: 'needle' });
      assert.deepEqual(first.items, []);
      assert.equal(first.lookedBackTo, NOW);
      const second = await searchQueue(db, { state: 'held', words: 'needle' }, first.next);
      assert.deepEqual(
        second.items.map(({ id }) => id),
        [needle],
      );
      assert.equal(second.next, undefined);
    });

    test('beside a comment stands what it answers, and what its address has done', async (t) => {
      const { db } = await openApp(t);
      const before = '2025-03-01T08:00:00.000Z';
      const [first = 0] = await leave(db, [{ body: 'Question', state: 'published', created_at: before }]);
      const [, asked = 0] = await leave(db, [
        { state: 'spam' },
        { parent_id: first, body: 'Answer' },
        { body: 'Of nobody', email: '', email_key: '' },
      ]);
      const { items } = await searchQueue(db, { state: 'held' });
      assert.deepEqual(
        items.map(({ above, record }) => [above?.id, record]),
        [
          [undefined, undefined],
          [first, { counts: { published: 1, spam: 1, held: 1 }, firstSeen: before }],
        ],
      );
      const alone = await commentAtDesk(db, asked);
      assert.deepEqual(
        [alone?.above.map(({ body }) => body), alone?.others.length, alone?.answers],
        [['Question'], 2, []],
      );
      const above = await commentAtDesk(db, first);
      assert.deepEqual(
        above?.answers.map(({ id }) => id),
        [asked],
      );
      assert.equal(await commentAtDesk(db, 999), undefined);
    });

    test('what was thrown away is put back among the held ones, together, and that is taken back too', async (t) => {
      const app = await openApp(t);
      const [one = 0, two = 0] = await leave(app.db, [
        { state: 'trash', reason: 'moderator' },
        { state: 'spam', reason: 'filter-spam', verdict: 'discard' },
      ]);
      const [own = 0] = await leave(app.db, [{ state: 'trash', reason: 'desk', author: 'desk' }]);
      const { moderation, skipped } = await decideComments(app, byId([one, two, own]), 'hold', {
        moderator: 'owner',
      });
      assert.equal(skipped, 1, 'nobody is asked to approve the desk’s own words');
      const { items } = await queue(app.db, 'held');
      assert.deepEqual(
        items.flatMap(({ comments }) => comments.map(({ id }) => id)),
        [two, one],
        'also where nothing is kept of what it is like',
      );
      assert.equal(await undoModeration(app, moderation, 'owner'), 2);
      assert.deepEqual((await queue(app.db, 'held')).items, []);
      await assertSound(app);
    });

    test('an entry kept at the desk holds at once, beside those of the file, until it is removed', async (t) => {
      const app = await openApp(t);
      const placed = async (body: string) => {
        const posted = await postComment(app, draft(body));
        const row = await app.db
          .selectFrom('comment')
          .select(['state', 'reason', 'signs'])
          .where('id', '=', posted.state === 'posted' ? posted.id : 0)
          .executeTakeFirstOrThrow();
        return [row.state, row.reason];
      };
      assert.deepEqual(await placed('The Casino of Monte Carlo'), ['held', 'no-filter']);
      const typed = { list: 'block', kind: 'words', entry: ' casino ' };
      const rule = await addRule(app, typed, 'owner');
      await assert.rejects(addRule(app, typed, 'owner'), hasCode('conflict'));
      assert.deepEqual(await placed('Another Casino, in Nice'), ['spam', 'blocked']);
      assert.deepEqual((await rulesNow(app)).block.words, ['casino']);
      await removeRule(app, rule.id, 'owner');
      await assert.rejects(removeRule(app, rule.id, 'owner'), hasCode('conflict'));
      assert.deepEqual(await placed('A casino in Cannes'), ['held', 'no-filter']);
      const again = await restoreRule(app, rule.id, 'editor');
      assert.deepEqual(await placed('A casino in Menton'), ['spam', 'blocked']);
      assert.deepEqual(
        (await activeRules(app.db)).map(({ id, added_by }) => [id, added_by]),
        [[again.id, 'editor']],
      );
      assert.deepEqual(
        (await removedRules(app.db, 9)).map(({ id, removed_by }) => [id, removed_by]),
        [[rule.id, 'owner']],
      );
      await assert.rejects(restoreRule(app, rule.id, 'owner'), hasCode('conflict'), 'it is there');
      await assert.rejects(removeRule(app, 99, 'owner'), hasCode('not-found'));
    });

    test('what an entry would have caught is said before it is kept', async (t) => {
      const { db } = await openApp(t);
      await leave(db, [
        { body: 'A casino', state: 'published' },
        { body: 'Casino!', state: 'spam' },
        { body: 'Casinos are something else', network: 'a'.repeat(32) },
        { body: 'The desk on the casino', author: 'desk' },
      ]);
      const trial = await tryRule(db, { list: 'hold', kind: 'words', entry: 'casino' });
      assert.deepEqual(
        [
          trial.tried,
          trial.caught,
          trial.states,
          trial.withoutNetwork,
          trial.examples.map(({ body }) => body),
        ],
        [3, 2, { published: 1, spam: 1 }, 3, ['Casino!', 'A casino']],
      );
      assert.deepEqual(await activeRules(db), []);
    });
  });
}
