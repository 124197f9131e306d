import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commentPath, pageOf } from '#core/comments/comment.ts';
import { type Discussion, discussionOf, type Thread, threadsOf } from '#core/comments/discussion.ts';
import { commentsNumbered, type PlacedComment, publishedCounts } from '#core/comments/discussion-rows.ts';
import { pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { moderateComment } from '#core/comments/moderation/moderate-comment.ts';
import { openness } from '#core/comments/openness.ts';
import { withdrawComment } from '#core/comments/receipt.ts';
import { DAY, SECOND } from '#core/platform/clock.ts';
import { hasCode, type Room, scenario } from '../support/comment-room.ts';
import { insertPublished } from '../support/published-comment.ts';
import { writeArticle } from '../support/test-app.ts';

/** Comments by their numbers; each answers the one named, 0 for none. */
function said(...parents: number[]): PlacedComment[] {
  return parents.map((parent, place) => ({
    ...{ id: place + 1, number: place + 1, name: `n${place + 1}`, website: null, at: '', edited: null },
    ...{ html: '' as PlacedComment['html'], author: null, isVerified: false, picture: null, isShown: true },
    parent: parent === 0 ? null : { id: parent, number: parent, name: `n${parent}` },
  }));
}

/** `1(2(3) 4)`; what stands apart from what it answers has a star. */
function shape(threads: readonly Thread[]): string {
  return threads
    .map(({ comment, replies, isApart }) => {
      const below = replies.length > 0 ? `(${shape(replies)})` : '';
      return `${comment.number}${isApart ? '*' : ''}${below}`;
    })
    .join(' ');
}

test('answers stand below what they answer, four deep, and deeper ones beside each other there', () => {
  assert.equal(shape(threadsOf(said(0, 1, 2, 3))), '1(2(3(4)))');
  assert.equal(shape(threadsOf(said(0, 1, 2, 3, 4, 5, 4))), '1(2(3(4 5* 6* 7*)))');
  assert.equal(shape(threadsOf(said(0, 0, 1, 1, 3))), '1(3(5) 4) 2');
});

test('an answer to what stands on an earlier page begins a thread, and says whom it answers', () => {
  const page = said(0, 1, 2).slice(1);
  assert.equal(shape(threadsOf(page)), '2*(3)');
  assert.equal(threadsOf(page)[0]?.comment.parent?.number, 1);
});

test('what is no longer shown keeps its place only where answers to it stand', () => {
  const comments = said(0, 1, 0, 3).map((comment) =>
    [1, 4].includes(comment.number) ? { ...comment, isShown: false } : comment,
  );
  assert.equal(shape(threadsOf(comments)), '1(2) 3');
  const deep = said(0, 1, 2, 3, 4).map((comment) =>
    comment.number === 4 ? { ...comment, isShown: false } : comment,
  );
  assert.equal(shape(threadsOf(deep)), '1(2(3(5*)))', 'an answer that stands beside it needs no empty place');
});

const numbersOn = ({ threads }: Discussion) => {
  const all = (list: readonly Thread[]): number[] =>
    list.flatMap(({ comment, replies }) => [comment.number, ...all(replies)]);
  return all(threads);
};

const page = async ({ app }: Room, number?: number, order: 'oldest' | 'newest' = 'oldest') => {
  const found = await discussionOf(app.db, { slug: 'one' }, { page: number, order });
  assert.ok(found);
  return found;
};

scenario('a hundred stand on a page, and a comment’s number names its page for good', async (room) => {
  const { app } = room;
  await app.db.transaction().execute(async (trx) => {
    for (let n = 1; n <= 201; n++)
      await insertPublished(trx, {
        article: 'one',
        name: `n${n}`,
        body: `${n}`,
        at: '2026-11-24T08:00:00.000Z',
      });
  });
  const first = await page(room);
  assert.deepEqual([first.count, first.page, first.pages, numbersOn(first).length], [201, 1, 3, 100]);
  assert.deepEqual(numbersOn(await page(room, 3)), [201]);
  assert.deepEqual(
    numbersOn(await page(room, undefined, 'newest')),
    [201],
    'the newest first: the last page',
  );
  assert.deepEqual(numbersOn(await page(room, 2, 'newest')).slice(0, 2), [200, 199]);
  for (const none of [0, 4, -1, 1.5])
    assert.equal(
      await discussionOf(app.db, { slug: 'one' }, { page: none, order: 'oldest' }),
      undefined,
      `${none}`,
    );
  assert.deepEqual(
    [pageOf(100), pageOf(101), commentPath('one', 100), commentPath('one', 101)],
    [1, 2, '/articles/one/#comment-100', '/articles/one/comments/?page=2#comment-101'],
  );
  await app.db.deleteFrom('comment').execute(); // these have no history
  await app.db.deleteFrom('discussion').execute();
});

scenario('numbers never move: what is taken away and put back has the one that it had', async (room) => {
  const { app } = room;
  const [a, b] = [await room.publish(), await room.publish()];
  assert.deepEqual([a.number, b.number], [1, 2]);
  await moderateComment(app, a.id, 'delete', 'owner');
  assert.equal((await page(room)).count, 1);
  const c = await room.publish();
  assert.equal(c.number, 3, 'a number that was given is not given again');
  await moderateComment(app, a.id, 'approve', 'owner');
  assert.deepEqual(numbersOn(await page(room)), [1, 2, 3]);
  assert.deepEqual([...(await publishedCounts(app))], [['one', 3]]);
});

scenario('a discussion in which all was taken away says so, and keeps its pages', async (room) => {
  const { app } = room;
  const a = await room.publish();
  await moderateComment(app, a.id, 'spam', 'owner');
  const empty = await page(room);
  assert.deepEqual([empty.count, empty.pages, empty.threads], [0, 1, []]);
  assert.deepEqual([...(await publishedCounts(app))], []);
});

scenario(
  'of a comment that is no longer shown nothing of its writer is read, and answers no longer name them',
  async (room) => {
    const { app } = room;
    const above = await room.publish({ name: 'Vera', website: 'https://vera.example' });
    await room.publish({ parent: String(above.id), email: 'bob@example.org', name: 'Bob' });
    await withdrawComment(app, above);
    const rows = await commentsNumbered(app.db, 'one', 1, 9);
    assert.doesNotMatch(JSON.stringify(rows), /vera/i);
    assert.equal(shape((await page(room)).threads), '1(2)', 'the place stays, as an answer stands there');
    assert.deepEqual(rows[1]?.parent, { id: above.id, number: 1, name: '' });
  },
);

scenario(
  'one comment can be pinned; the pin goes with the comment, and another takes its place',
  async (room) => {
    const { app } = room;
    const [a, b] = [await room.publish(), await room.publish()];
    const pinned = async () => (await page(room)).pinned?.number;
    await pinFromDesk(app, a.id, true);
    assert.equal(await pinned(), 1);
    await pinFromDesk(app, b.id, true);
    assert.equal(await pinned(), 2);
    await assert.rejects(pinFromDesk(app, a.id, false), hasCode('conflict'), 'it is not the one');
    await withdrawComment(app, b);
    assert.equal(await pinned(), undefined);
    await assert.rejects(pinFromDesk(app, b.id, true), hasCode('conflict'));
    await pinFromDesk(app, a.id, true);
    await moderateComment(app, a.id, 'spam', 'owner');
    await moderateComment(app, a.id, 'approve', 'owner');
    assert.equal(await pinned(), undefined, 'what comes back is not pinned by itself');
    const held = await room.post({ email: 'new@example.org' });
    await assert.rejects(pinFromDesk(app, held.id, true), hasCode('conflict'));
  },
);

scenario(
  'comments close with the article, after some days, or all at once, and each says why',
  async (room) => {
    const { app } = room;
    writeArticle(app.config.contentDir, 'closed', { comments: 'closed' });
    const says = (slug: string) => {
      const article = app.library.article(slug);
      assert.ok(article);
      const found = openness(app, article);
      return found.isOpen ? found.closesInSeconds : found.words;
    };
    room.rules({});
    assert.equal(says('one'), undefined);
    assert.equal(says('closed'), 'Comments on this article are closed.');
    room.rules({ closeAfterDays: 2 }); // published 2026-11-23T08:00, now it is the 24th, 09:00
    assert.equal(says('one'), 23 * 60 * 60);
    app.clock.advance(23 * 60 * 60 * SECOND - 1);
    assert.equal(says('one'), 1);
    app.clock.advance(1);
    assert.equal(says('one'), 'Comments close 2 days after publication; these are closed.');
    room.rules({ closeAfterDays: 1 });
    assert.equal(says('one'), 'Comments close a day after publication; these are closed.');
    room.rules({ readOnly: true });
    assert.equal(says('one'), 'The site takes no new comments at the moment.');
    await assert.rejects(room.post(), { message: 'The site takes no new comments at the moment.' });
    app.clock.advance(DAY);
  },
);

scenario(
  'what stands under one article answers nothing under another, and nothing that is not published',
  async (room) => {
    const elsewhere = await room.publish({ article: 'two' });
    const held = await room.post({ email: 'new@example.org' });
    for (const parent of [elsewhere.id, held.id, 99, -1, 0.5, 'x'])
      await assert.rejects(room.post({ parent: String(parent) }), hasCode('invalid'), String(parent));
  },
);
