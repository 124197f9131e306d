import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf } from '#core/comments/comment-rows.ts';
import { forgetOldNetworks } from '#core/comments/forget-networks.ts';
import { answerComment, pinFromDesk } from '#core/comments/moderation/desk-reply.ts';
import { forgetOldFeedback } from '#core/comments/moderation/filter-feedback.ts';
import {
  decideComments,
  moderationsToUndo,
  readComments,
  undoModeration,
} from '#core/comments/moderation/moderate-comment.ts';
import { oneCluster, queue } from '#core/comments/moderation/queue.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { DAY, HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { byId, hasCode, type Room, scenario } from '../support/comment-room.ts';

/** A decision about one or several; its number. */
async function decide(room: Room, action: 'approve' | 'spam' | 'delete', ...comments: { id: number }[]) {
  const ids = comments.map(({ id }) => id);
  return (await decideComments(room.app, byId(ids), action, { moderator: 'owner' })).moderation;
}

const undo = ({ app }: Room, moderation: number) => undoModeration(app, moderation, 'owner');
const places = (room: Room, ...comments: { id: number }[]) =>
  Promise.all(comments.map((one) => room.place(one)));

scenario('each change of a comment is written down: who, when, why, from where to where', async (room) => {
  const { app } = room;
  const comment = await room.post();
  app.clock.advance(HOUR);
  const moderation = await decide(room, 'approve', comment);
  app.clock.advance(HOUR);
  await withdrawComment(app, comment);
  const events = await eventsOf(app.db, comment.id, 99);
  assert.deepEqual(
    events.map(({ at, actor, before, state, reason, batch }) => [at, actor, before, state, reason, batch]),
    [
      ['2026-11-24T09:00:00.000Z', 'commenter', null, 'unchecked', 'waiting', null],
      ['2026-11-24T09:00:00.000Z', 'filter', 'unchecked', 'held', 'first-comment', null],
      ['2026-11-24T10:00:00.000Z', 'owner', 'held', 'published', 'moderator', moderation],
      ['2026-11-24T11:00:00.000Z', 'commenter', 'published', 'withdrawn', 'commenter', null],
    ],
  );
});

scenario(
  'many comments are decided as one act, and numbered in the order in which they came',
  async (room) => {
    const all = [];
    for (const n of [1, 2, 3]) all.push(await room.post({ email: `p${n}@example.org`, name: `P${n}` }));
    const moderation = await decide(room, 'approve', ...all.toReversed());
    assert.deepEqual(await Promise.all(all.map(async (one) => (await room.now(one)).number)), [1, 2, 3]);
    assert.equal(await undo(room, moderation), 3);
    assert.deepEqual(new Set(await places(room, ...all)), new Set(['held (first-comment)']));
    await assert.rejects(undo(room, moderation), hasCode('conflict'), 'once');
    await assert.rejects(undo(room, 99), hasCode('not-found'));
    await assert.rejects(decide(room, 'approve'), hasCode('invalid'));
    await assert.rejects(decide(room, 'approve', { id: 99 }), hasCode('not-found'));
  },
);

scenario('of a batch what was withdrawn or decided before is passed over', async (room) => {
  const [a, b, c] = [
    await room.post({ email: 'a@example.org' }),
    await room.post({ email: 'b@example.org' }),
    await room.publish({ email: 'c@example.org' }),
  ];
  await withdrawComment(room.app, a);
  const made = await decideComments(room.app, byId([a.id, b.id, c.id, b.id, 99]), 'approve', {
    moderator: 'owner',
  });
  assert.deepEqual([made.moved.map(({ id }) => id), made.skipped], [[b.id], 3]);
  await assert.rejects(decide(room, 'approve', a, b, c), hasCode('conflict'), 'nothing is left to decide');
  assert.equal((await moderationsToUndo(room.app)).length, 2, 'and no empty decision is kept');
});

scenario('a decision is taken back only where nothing has happened since', async (room) => {
  const { app } = room;
  const [edited, withdrawn, again, same] = [
    await room.post({ email: 'a@example.org' }),
    await room.post({ email: 'b@example.org' }),
    await room.post({ email: 'c@example.org' }),
    await room.post({ email: 'd@example.org' }),
  ];
  const moderation = await decide(room, 'approve', edited, withdrawn, again, same);
  await editComment(app, edited, { body: 'Other words.', anyway: true, network: '192.0.2.7' });
  await Promise.all(app.background);
  await withdrawComment(app, withdrawn);
  await decide(room, 'spam', again);
  await decide(room, 'approve', again);
  const before = await places(room, edited, withdrawn, again);
  assert.equal(await undo(room, moderation), 1);
  assert.deepEqual(await places(room, edited, withdrawn, again), before);
  assert.equal(await room.place(same), 'held (first-comment)');
});

scenario('a decision of which everything has moved on cannot be taken back', async (room) => {
  const comment = await room.post();
  const moderation = await decide(room, 'approve', comment);
  await withdrawComment(room.app, comment);
  await assert.rejects(undo(room, moderation), hasCode('conflict'));
  await assert.rejects(undo(room, moderation), hasCode('conflict'), 'as often as one asks');
});

scenario(
  'a pinned comment that is taken back and put back keeps its number and counts once',
  async (room) => {
    const comment = await room.publish();
    await pinFromDesk(room.app, comment.id, true);
    const moderation = await decide(room, 'delete', comment);
    await undo(room, moderation);
    await decide(room, 'spam', comment);
    await decide(room, 'approve', comment);
    assert.equal((await room.now(comment)).number, 1);
  },
);

scenario(
  'an answer from the desk is published with what it answers, and taken back with it',
  async (room) => {
    const { app } = room;
    const comment = await room.post();
    const { moderation } = await answerComment(app, { id: comment.id }, 'Thank you.', 'owner');
    const answer = await app.db
      .selectFrom('comment')
      .selectAll()
      .where('author', 'is not', null)
      .executeTakeFirstOrThrow();
    assert.deepEqual([answer.parent_id, answer.state, answer.number], [comment.id, 'published', 2]);
    assert.ok(moderation);
    assert.equal(await undo(room, moderation), 2);
    assert.equal(await room.place(comment), 'held (first-comment)');
    assert.equal((await room.now(answer)).state, 'trash', 'nobody is asked to approve the desk’s own words');
    await decide(room, 'approve', comment);
    await answerComment(app, { id: comment.id }, 'Thank you all.', 'owner');
    await assert.rejects(answerComment(app, { id: comment.id }, ' ', 'owner'), hasCode('invalid'));
    await withdrawComment(app, comment);
    await assert.rejects(answerComment(app, { id: comment.id }, 'Hello?', 'owner'), hasCode('conflict'));
  },
);

scenario('when what it answers was withdrawn meanwhile, the answer alone is taken back', async (room) => {
  const comment = await room.post();
  const { moderation } = await answerComment(room.app, { id: comment.id }, 'Thank you.', 'owner');
  await withdrawComment(room.app, comment);
  assert.equal(await undo(room, moderation ?? 0), 1);
  assert.equal(await room.place(comment), 'withdrawn (commenter)');
});

scenario('an answer that cannot be published leaves the comment held', async (room) => {
  const comment = await room.post();
  await assert.rejects(answerComment(room.app, { id: comment.id }, '\u200b', 'owner'), hasCode('invalid'));
  assert.equal(await room.place(comment), 'held (first-comment)');
});

const LURE = (n: number) => ({
  body: `Look at this, number ${n}: https://shop.example/offer?id=${n}`,
  email: `spammer${n}@example.org`,
  name: `S${n}`,
});

scenario('comments that share a link stand together and are decided together', async (room) => {
  const { app } = room;
  const other = await room.post({ email: 'other@example.org' });
  const lures = [];
  for (const n of [1, 2, 3, 4, 5]) lures.push(await room.post(LURE(n)));
  const { items: clusters } = await queue(app.db, 'held');
  assert.deepEqual(
    clusters.map(({ count, comments, read }) => [count, comments.length, read.length]),
    [
      [5, 3, 5],
      [1, 1, 0],
    ],
  );
  const cluster = clusters[0]?.cluster ?? '';
  const late = await room.post(LURE(6));
  assert.equal((await room.now(late)).cluster, cluster);
  const moderation = await decideComments(app, clusters[0]?.read ?? [], 'spam', { moderator: 'owner' });
  assert.deepEqual(await places(room, other, late), ['held (first-comment)', 'held (local-signs)']);
  assert.equal(moderation.moved.length, 5);
  assert.equal(
    (await oneCluster(app.db, 'held', cluster))?.count,
    1,
    'a newer one, that nobody has seen, is not decided',
  );
  assert.equal((await oneCluster(app.db, 'spam', cluster))?.count, 5);
});

scenario(
  'after 30 days only a hash is left of every network address, also of what was surely spam',
  async (room) => {
    const { app, fake } = room;
    fake.discardWhen = ({ comment_author_email }) => comment_author_email === 'wrong@example.org';
    const kept = [await room.publish(), await room.post({ email: 'wrong@example.org' })];
    await decide(room, 'approve', kept[1] ?? { id: 0 });
    app.clock.advance(30 * DAY + SECOND);
    await forgetOldFeedback(app);
    assert.equal(await forgetOldNetworks(app), 2);
    assert.equal(await forgetOldNetworks(app), 0);
    for (const comment of kept) {
      const { network, user_agent, referrer, checked_fields } = await room.now(comment);
      assert.match(network ?? '', /^[0-9a-f]{32}$/);
      assert.deepEqual([user_agent, referrer, checked_fields], [null, null, null]);
    }
    assert.doesNotMatch(
      JSON.stringify(await app.db.selectFrom('spam_feedback').selectAll().execute()),
      /192\.0\.2/,
    );
  },
);

scenario(
  'without a filter a stranger is held however often they write, until a person approves one',
  async (room) => {
    const first = await room.post();
    const second = await room.post();
    assert.deepEqual(await places(room, first, second), ['held (no-filter)', 'held (no-filter)']);
    await decide(room, 'approve', first);
    assert.equal((await room.post()).state, 'published');
    await decide(room, 'spam', first);
    const third = await room.post({ name: 'Ann Other' });
    assert.equal(third.state, 'held');
    assert.deepEqual(await room.app.db.selectFrom('spam_feedback').selectAll().execute(), []);
  },
  { noFilter: true },
);

scenario('who is known is no longer known once what made them known is taken away', async (room) => {
  const first = await room.publish();
  await decide(room, 'spam', first);
  assert.equal(await room.place(await room.post()), 'held (first-comment)');
});

scenario(
  'a decision at the desk says nothing about words that its writer has changed since they were shown',
  async (room) => {
    const { app } = room;
    const [changed, same] = [
      await room.post({ email: 'a@example.org' }),
      await room.post({ email: 'b@example.org' }),
    ];
    app.clock.advance(MINUTE);
    await editComment(app, changed, { body: 'Quite other words.', anyway: true, network: '192.0.2.7' });
    await Promise.all(app.background);
    await assert.rejects(answerComment(app, changed, 'Well said.', 'owner'), hasCode('conflict'));
    const made = await decideComments(app, [changed, same], 'approve', { moderator: 'owner' });
    assert.deepEqual([made.moved.map(({ id }) => id), made.skipped], [[same.id], 1]);
    assert.equal(await room.place(changed), 'held (first-comment)');
    await decideComments(app, [await room.now(changed)], 'approve', { moderator: 'owner' });
    assert.equal(await room.place(changed), 'published (moderator)');
  },
);

test('a form names comments as they were read, and nothing else', () => {
  const form = (fields: Record<string, string>) => ({ text: (name: string) => fields[name] ?? '' });
  const read = [{ id: 12, revision: 0 }, { id: 13, revision: 2 }, { id: 14 }];
  assert.deepEqual(readComments(form({ ids: '12:0,13:2,14' })), read);
  assert.deepEqual(readComments(form({ id: '12', revision: '3' })), [{ id: 12, revision: 3 }]);
  assert.deepEqual(readComments(form({ id: '12' })), [{ id: 12 }]);
  for (const wrong of ['', ',', 'x', '1;2', '1:x', '-1', '1.5', '1:2:3', '9'.repeat(16)])
    assert.equal(readComments(form({ ids: wrong })), undefined, wrong);
});

scenario(
  'the desk answers the words that it has read, also under a comment that is published',
  async (room) => {
    const { app } = room;
    await room.publish();
    const read = await room.post();
    assert.equal(read.state, 'published');
    await editComment(app, read, { body: 'Quite other words.', anyway: true, network: '192.0.2.7' });
    await Promise.all(app.background);
    assert.equal(await room.place(read), 'published (filter-ham)');
    await assert.rejects(answerComment(app, read, 'Well said.', 'owner'), hasCode('conflict'));
    await answerComment(app, await room.now(read), 'I see.', 'owner');
  },
);

scenario('what a filter was not asked is read by a person, even where its writer is known', async (room) => {
  const { app, fake } = room;
  await room.publish();
  fake.mode = 'refuse';
  const waiting = await room.post();
  assert.equal(waiting.state, 'unchecked');
  const { moderation } = await decideComments(app, [waiting], 'spam', { moderator: 'owner' });
  app.clock.advance(16 * DAY);
  await forgetOldFeedback(app); // with what the filter would be told
  fake.mode = 'normal';
  await undoModeration(app, moderation, 'owner');
  await room.check();
  assert.equal(await room.place(waiting), 'held (filter-silent)');
});
