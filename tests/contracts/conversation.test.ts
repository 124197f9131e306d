import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { discussionOf } from '#core/comments/discussion.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { forgetOldNetworks } from '#core/comments/forget-networks.ts';
import { decideByLetter, undoByLetter } from '#core/comments/letters/decide-by-letter.ts';
import { gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { repliesToTell } from '#core/comments/letters/reply-notice-rows.ts';
import {
  confirmNotices,
  forgetOldNotices,
  gatherReplyLetters,
} from '#core/comments/letters/reply-notices.ts';
import { pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { forgetOldFeedback } from '#core/comments/moderation/filter-feedback.ts';
import {
  decideComments,
  moderateComment,
  moderationsToUndo,
  undoModeration,
} from '#core/comments/moderation/moderate-comment.ts';
import { oneCluster, queue } from '#core/comments/moderation/queue.ts';
import { eraseComment, eraseCommentsOf, keptCommentsOf } from '#core/comments/own-comments.ts';
import { type CommentDraft, postComment } from '#core/comments/post-comment.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { DAY } from '#core/platform/clock.ts';
import { AppError } from '#core/platform/errors.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { assertSound, byId, everyRow } from '../support/comment-room.ts';
import { testEngines } from '../support/engines.ts';
import { draft, NOW } from '../support/rows.ts';
import { openTestApp, type TestApp, temporaryFolder, writeArticle } from '../support/test-app.ts';

for (const { name, engine, open, openApp } of testEngines()) {
  describe(`on ${name}`, () => {
    test('a comment is held, published by a moderator, and then its writer is known', async (t) => {
      const app = await openApp(t);
      await postComment(app, draft('First words'));
      assert.deepEqual(await newestComments(app, 'first-story', 9), []);
      const [held] = await app.db.selectFrom('comment').selectAll().execute();
      assert.deepEqual([held?.state, held?.reason], ['held', 'no-filter']);
      await moderateComment(app, held?.id ?? 0, 'approve', 'owner');
      await postComment(app, draft('Second words', { parent: String(held?.id) }));
      const shown = (await newestComments(app, 'first-story', 9)).reverse();
      assert.deepEqual(
        shown.map(({ number, parent, html }) => [number, parent?.id ?? null, html.trim()]),
        [
          [1, null, '<p>First words</p>'],
          [2, held?.id, '<p>Second words</p>'],
        ],
      );
      const tags = await app.db.selectFrom('page_change').select('tag').execute();
      assert.deepEqual(
        tags.map((row) => row.tag),
        ['comments:first-story', 'comments:first-story'],
      );
    });

    test('what is said under an article is counted, pinned, grouped, told of by letter, decided and taken back', async (t) => {
      const app = await openApp(t);
      const { db } = app;
      const say = async (body: string, given: Partial<CommentDraft> = {}) => {
        const posted = await postComment(app, { ...draft(body), ...given });
        assert.equal(posted.state, 'posted');
        return posted.id;
      };
      const lure = (n: number) => say(`Number ${n} is at https://shop.example/x?n=${n}`, person(`s${n}`));
      const first = await say('First words', { notify: true });
      const lures = [await lure(1), await lure(2), await lure(3)];
      const { items: clusters } = await queue(db, 'held');
      assert.deepEqual(
        clusters.map(({ count, read }) => [count, read.map(({ id }) => id)]),
        [
          [3, lures.toReversed()],
          [1, []],
        ],
      );
      assert.equal(await gatherModeratorLetter(app), 4);
      const { moderation } = await decideComments(app, byId(lures), 'spam', { moderator: 'owner' });
      assert.equal((await oneCluster(db, 'spam', clusters[0]?.cluster ?? ''))?.count, 3);
      assert.equal(await undoModeration(app, moderation, 'owner'), 3);
      assert.deepEqual((await moderationsToUndo(app)).length, 0);
      await sendAll(app);
      const letter = await db
        .selectFrom('delivery')
        .selectAll()
        .where('kind', '=', 'moderation')
        .executeTakeFirstOrThrow();
      assert.equal(letter.state, 'sent');
      const token = derivedToken(app.secret, 'decide', `${letter.message_id} ${first} reply`);
      await decideByLetter(app, token, 'Thank you.');
      assert.equal((await discussionOf(db, { slug: 'first-story' }, { order: 'oldest' }))?.count, 2);
      await undoByLetter(app, token);
      assert.equal((await discussionOf(db, { slug: 'first-story' }, { order: 'oldest' }))?.count, 0);
      await moderateComment(app, first, 'approve', 'owner');
      await pinFromDesk(app, first, true);
      const page = await discussionOf(db, { slug: 'first-story' }, { page: 1, order: 'newest' });
      assert.deepEqual([page?.count, page?.pages, page?.pinned?.number], [1, 1, 1]);
      await assertSound(app);
    });

    test('who confirmed is told of answers in one letter, can stop, and is erased with all that they wrote', async (t) => {
      const app = await openApp(t);
      const { db } = app;
      const say = async (body: string, given: Partial<CommentDraft> = {}) => {
        const posted = await postComment(app, { ...draft(body), ...given });
        assert.equal(posted.state, 'posted');
        await moderateComment(app, posted.id, 'approve', 'owner').catch(isRefused); // whoever is known is published
        return posted.id;
      };
      const first = await say('First words', { notify: true });
      const { message_id } = await db.selectFrom('delivery').selectAll().executeTakeFirstOrThrow();
      assert.equal(await confirmNotices(app, derivedToken(app.secret, 'notices-confirm', message_id)), true);
      const answers = [];
      for (const body of ['Yes.', 'No.', 'Perhaps.'])
        answers.push(await say(body, { ...person('bob'), parent: String(first) }));
      await withdrawComment(app, { id: answers[1] ?? 0 });
      assert.equal(await gatherReplyLetters(app), 1);
      assert.equal(await gatherReplyLetters(app), 0);
      const letter = await db
        .selectFrom('delivery')
        .select('id')
        .where('kind', '=', 'replies')
        .executeTakeFirstOrThrow();
      assert.deepEqual(
        (await repliesToTell(db, letter.id)).map(({ body }) => body),
        ['Yes.', 'Perhaps.'],
      );
      assert.equal((await keptCommentsOf(db, 'ann@example.org')).length, 1);
      assert.equal(await eraseCommentsOf(app, 'ann@example.org'), 1);
      for (const [table, rows] of await everyRow(app)) assert.doesNotMatch(rows, /ann@|First words/, table);
      const shown = await discussionOf(db, { slug: 'first-story' }, { order: 'oldest' });
      assert.deepEqual([shown?.count, shown?.threads[0]?.comment.isShown], [2, false]);
      app.clock.advance(31 * DAY);
      await forgetOldNotices(app);
      await forgetOldFeedback(app);
      assert.equal(await forgetOldNetworks(app), 3);
      await assertSound(app);
    });

    test('what several do to the same comments at the same time is done once and counted right', async (t) => {
      const { db, another } = await open(t);
      const contentDir = temporaryFolder(t);
      writeArticle(contentDir, 'first-story');
      const options = { now: NOW, env: { CONTENT_DIR: contentDir } };
      const one = await openTestApp(t, { ...options, database: { db, engine } });
      const other = await openTestApp(t, { ...options, database: { db: another(), engine } });
      const apps = [one, other, one, other];
      const twins = await Promise.all(apps.map((app) => postComment(app, draft('The same words'))));
      assert.deepEqual(twins.filter(({ state }) => state === 'posted').length, 1);
      const ids: number[] = [];
      for (let n = 0; n < 30; n++) {
        const posted = await postComment(one, {
          ...draft(`Words ${n}`),
          ...person(`p${n}`),
          network: `192.0.2.${n}`,
        });
        ids.push(posted.state === 'posted' ? posted.id : 0);
      }
      other.clock.advance(7); // no two machines have the very same time
      const letters = await Promise.all(apps.map((app) => gatherModeratorLetter(app)));
      assert.deepEqual(
        letters.sort((a, b) => a - b),
        [0, 0, 0, 25],
      );
      const decide = async (app: TestApp, some: number[], action: 'approve' | 'spam' | 'delete') => {
        await decideComments(app, byId(some), action, { moderator: 'owner' }).catch(isRefused);
      };
      for (let round = 0; round < 5; round++) {
        await Promise.all([
          decide(one, ids, 'approve'),
          decide(other, ids.toReversed(), round % 2 ? 'spam' : 'delete'),
          decide(other, ids.slice(10, 20), 'approve'),
          withdrawComment(one, { id: ids[round] ?? 0 }),
          withdrawComment(other, { id: ids[round] ?? 0 }),
          eraseComment(other, ids[29 - round] ?? 0),
          editComment(
            one,
            { id: ids[8] ?? 0 },
            { body: `Round ${round}`, anyway: true, network: '192.0.2.7' },
          ).catch(isRefused),
          pinFromDesk(other, ids[7] ?? 0, true).catch(isRefused),
          undoModeration(other, round + 1, 'owner').catch(isRefused),
        ]);
        await assertSound(one);
      }
      const states = await db
        .selectFrom('comment')
        .select(['id', 'state'])
        .where('id', 'in', ids)
        .orderBy('id')
        .execute();
      assert.deepEqual(
        states.filter(({ state }) => state === 'withdrawn').map(({ id }) => ids.indexOf(id)),
        [0, 1, 2, 3, 4, 25, 26, 27, 28, 29],
      );
    });
  });
}

function isRefused(error: unknown): void {
  if (!(error instanceof AppError && ['conflict', 'not-found'].includes(error.code))) throw error;
}

async function sendAll(app: TestApp): Promise<void> {
  while ((await app.sender.sendDue()) > 0);
}

function person(name: string): Pick<CommentDraft, 'name' | 'email'> {
  return { name, email: `${name}@example.org` };
}
