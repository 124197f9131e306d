import assert from 'node:assert/strict';
import { EDIT_MINUTES } from '#core/comments/comment.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { moderateComment } from '#core/comments/moderation/moderate-comment.ts';
import { postComment } from '#core/comments/post-comment.ts';
import {
  commentOfReceipt,
  editableUntil,
  editComment,
  stopRepliesTo,
  withdrawComment,
} from '#core/comments/receipt.ts';
import { DAY, MINUTE, SECOND } from '#core/platform/clock.ts';
import { letterLinks } from '#core/subscribers/letter-links.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { DRAFT, hasCode, type Room, scenario } from '../support/comment-room.ts';
import { addReader } from '../support/readers.ts';

const edit = (room: Room, comment: { id: number }, body: string, anyway = true) =>
  editComment(room.app, comment, { body, anyway, network: '192.0.2.7' });

/** Waits for what goes on behind an answer. */
const settled = ({ app }: Room) => Promise.all(app.background);

const checks = ({ fake }: Room) => fake.requests.filter(({ path }) => path === '/1.1/comment-check');

scenario('a comment can be changed for 15 minutes, and is asked about again as an edit', async (room) => {
  const comment = await room.publish();
  assert.deepEqual(await edit(room, comment, comment.body), { state: 'same' });
  assert.equal(checks(room).length, 1, 'nothing changed, nothing asked');
  room.app.clock.advance(EDIT_MINUTES * MINUTE - SECOND);
  await edit(room, comment, 'Other words.');
  await settled(room);
  const asked = checks(room)[1]?.fields;
  assert.deepEqual([asked?.comment_content, asked?.recheck_reason], ['Other words.', 'edit']);
  const now = await room.now(comment);
  assert.deepEqual([now.body, now.revision, now.number], ['Other words.', 1, 1]);
  room.app.clock.advance(SECOND);
  await assert.rejects(edit(room, comment, 'Too late.'), hasCode('conflict'));
  assert.equal(editableUntil(now, room.app.clock.now()), undefined);
});

scenario('until the filter has answered about a change, nobody sees the comment', async (room) => {
  const known = await room.publish();
  const comment = await room.post(); // known: published by itself
  assert.equal(comment.state, 'published');
  const { promise, resolve } = Promise.withResolvers<void>();
  room.fake.gate = promise;
  await edit(room, comment, 'Buy my pills.');
  assert.equal(await room.place(comment), 'unchecked (edited)');
  assert.equal(
    (await room.now(comment)).asked_at,
    null,
    'the receipt does not say that these words were sent',
  );
  assert.deepEqual(
    (await newestComments(room.app, 'one', 9)).map(({ id }) => id),
    [known.id],
  );
  room.fake.spamWhen = ({ comment_content }) => /pills/.test(comment_content ?? '');
  resolve();
  await settled(room);
  assert.equal(await room.place(comment), 'spam (filter-spam)');
});

scenario('a comment can be withdrawn from wherever its writer has one, and only once', async (room) => {
  const { app, fake } = room;
  const published = await room.publish();
  const held = await room.post({ email: 'held@example.org' });
  fake.spamWhen = () => true;
  const spam = await room.post({ email: 'spam@example.org' });
  fake.mode = 'refuse';
  const waiting = await room.post({ email: 'waiting@example.org' });
  assert.deepEqual(
    [published, held, spam, waiting].map(({ state }) => state),
    ['published', 'held', 'spam', 'unchecked'],
  );
  const trash = await room.post({ email: 'trash@example.org' });
  await moderateComment(app, trash.id, 'delete', 'owner');
  for (const comment of [published, held, spam, waiting, trash]) {
    assert.equal(await withdrawComment(app, comment), true);
    assert.equal(await withdrawComment(app, comment), false);
    assert.equal(await room.place(comment), 'withdrawn (commenter)');
    await assert.rejects(edit(room, comment, 'Back again.'), hasCode('conflict'));
    await assert.rejects(moderateComment(app, comment.id, 'approve', 'owner'), hasCode('conflict'));
  }
  app.clock.advance(2 * DAY);
  fake.mode = 'normal';
  await room.check();
  assert.equal(await room.place(waiting), 'withdrawn (commenter)');
});

scenario('what a moderator has thrown away or called spam its writer changes no more', async (room) => {
  const comment = await room.post();
  for (const action of ['spam', 'delete'] as const) {
    await moderateComment(room.app, comment.id, action, 'owner');
    await assert.rejects(edit(room, comment, 'Nicer words.'), hasCode('conflict'));
  }
});

scenario('a change that should not be sent without a second look is asked about first', async (room) => {
  const comment = await room.post();
  const secret = 'My password: Tr0ub4dor&3xyz, is that bad?';
  const thought = await edit(room, comment, secret, false);
  assert.equal(thought.state, 'think-again');
  assert.equal((await room.now(comment)).body, comment.body);
  assert.equal((await edit(room, comment, secret, true)).state, 'saved');
  await assert.rejects(edit(room, comment, ' \u200b '), hasCode('invalid'));
  await assert.rejects(edit(room, comment, 'x'.repeat(5001)), hasCode('invalid'));
});

scenario('what is for a person is told to nobody, not even after a change, and held', async (room) => {
  await room.publish();
  const asked = room.fake.requests.length;
  const comment = await room.post({ forPerson: true });
  assert.equal(await room.place(comment), 'held (for-person)');
  await edit(room, comment, 'Other words.');
  await settled(room);
  assert.equal(await room.place(comment), 'held (for-person)');
  const { checked_fields, asked_at } = await room.now(comment);
  assert.deepEqual([checked_fields, asked_at], [null, null]);
  await moderateComment(room.app, comment.id, 'spam', 'owner');
  assert.deepEqual(await room.app.db.selectFrom('spam_feedback').selectAll().execute(), []);
  assert.equal(room.fake.requests.length, asked);
});

scenario('a receipt says exactly which fields were sent, and when', async (room) => {
  const comment = await room.post({
    website: 'https://ann.example/',
    referrer: 'https://elsewhere.example/',
  });
  const sent = checks(room)[0]?.fields ?? {};
  const kept = JSON.parse(comment.checked_fields ?? '{}');
  assert.deepEqual(
    Object.fromEntries(Object.entries(kept).filter(([, value]) => typeof value === 'string')),
    Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'api_key' && name !== 'blog')),
  );
  assert.equal(comment.asked_at, room.app.clock.now().toISOString());
  assert.equal(comment.checked_at, comment.asked_at);
  assert.equal((await commentOfReceipt(room.app, comment.receipt))?.id, comment.id);
  assert.equal(await commentOfReceipt(room.app, 'x'.repeat(43)), undefined);
});

scenario('notices of answers to one comment can be stopped on its receipt', async (room) => {
  const comment = await room.post({ notify: true });
  assert.equal((await room.now(comment)).notify, 1);
  await stopRepliesTo(room.app, comment);
  assert.equal((await room.now(comment)).notify, 0);
});

scenario(
  'the filter sees what a change holds as the rules do: lists, links and likeness count again',
  async (room) => {
    room.rules({ block: { words: ['casino'] }, hold: { words: ['lottery'] }, holdFirst: false });
    const one = await room.post({ body: 'A thought about the weather in the harbour.' });
    await edit(room, one, 'The casino is open.');
    await settled(room);
    assert.equal(await room.place(one), 'spam (blocked)');
    const two = await room.post({ body: 'Another thought, about the harbour itself and its ships.' });
    await edit(room, two, 'The lottery is open.');
    await settled(room);
    assert.equal(await room.place(two), 'held (listed)');
    const [three, four] = [
      await room.post({
        body: 'See https://shop.example/a for all of it.',
        email: 'c@example.org',
        name: 'C',
      }),
      await room.post({ body: 'Nothing of interest here, only words.', email: 'd@example.org', name: 'D' }),
    ];
    assert.notEqual((await room.now(three)).cluster, (await room.now(four)).cluster);
    await edit(room, four, 'It is all at https://shop.example/a today.');
    await settled(room);
    assert.equal((await room.now(three)).cluster, (await room.now(four)).cluster);
  },
);

scenario('a second press of the button saves nothing twice, and gives away no receipt', async (room) => {
  const draft = { ...DRAFT, body: 'The very same words.' };
  const both = await Promise.all([postComment(room.app, draft), postComment(room.app, draft)]);
  assert.deepEqual(both.map(({ state }) => state).sort(), ['posted', 'posted-before']);
  assert.deepEqual(await postComment(room.app, draft), { state: 'posted-before', id: 1 });
  const receipts = room.app.db.selectFrom('token').selectAll().where('purpose', '=', 'receipt');
  assert.equal((await receipts.execute()).length, 1);
  // From elsewhere nobody is told whether they have guessed whose address stands behind a comment.
  assert.equal((await postComment(room.app, { ...draft, network: '198.51.100.9' })).state, 'posted');
});

scenario(
  'the same words are another comment of another person, elsewhere, a day later, or after they were taken back',
  async (room) => {
    const { app } = room;
    const body = 'The very same words.';
    const first = await room.post({ body });
    await room.post({ body, article: 'two' });
    await room.post({ body, name: 'Ann B.' });
    await room.post({ body, email: 'bob@example.org' });
    assert.equal((await postComment(app, { ...DRAFT, body })).state, 'posted-before');
    await withdrawComment(app, first);
    const second = await room.post({ body });
    await moderateComment(app, second.id, 'spam', 'owner');
    assert.equal(
      (await postComment(app, { ...DRAFT, body })).state,
      'posted-before',
      'spam is not tried again',
    );
    app.clock.advance(DAY + SECOND);
    await room.post({ body });
  },
);

scenario(
  'a confirmed subscriber who comes by their own link is marked and published at once',
  async (room) => {
    const { app } = room;
    const id = await addReader(app, 'Reader@example.org');
    const token = new URL(letterLinks(app, id).comment).pathname.split('/').at(-2) ?? '';
    const comment = await room.post({ reader: token, email: 'somebody@else.example', name: 'Reader' });
    assert.deepEqual(
      [comment.state, comment.verified, comment.email],
      ['published', 1, 'Reader@example.org'],
      'their own address, whatever was typed',
    );
    const [shown] = await newestComments(app, 'one', 1);
    assert.equal(shown?.isVerified, true);
    room.fake.spamWhen = () => true;
    assert.equal((await room.post({ reader: token })).state, 'spam', 'the filter’s word counts all the same');
    room.fake.spamWhen = () => false;
    const subscriber = await subscriberByKey(app.db, 'reader@example.org');
    assert.ok(subscriber);
    await unsubscribe(app, subscriber, '192.0.2.1', 'page');
    const later = await room.post({ reader: token, name: 'Somebody' });
    assert.deepEqual([later.verified, later.email, later.state], [0, DRAFT.email, 'held']);
    assert.equal((await room.post({ reader: 'x'.repeat(43), name: 'Nobody' })).verified, 0);
  },
);

scenario(
  'floods are stopped by network, by article and overall, and what is refused is not saved',
  async (room) => {
    room.rules({
      flood: {
        network: { burst: 2, everySeconds: 60 },
        article: { burst: 4, everySeconds: 60 },
        overall: { burst: 6, everySeconds: 60 },
      },
    });
    const refused = async (change: object) =>
      assert.rejects(
        room.post(change),
        (error: Error) => hasCode('limited')(error) && /Wait 1 minute and/.test(error.message),
      );
    for (const _time of [1, 2]) await room.post({ network: '192.0.2.1' });
    await refused({ network: '192.0.2.1' });
    for (const n of [2, 3]) await room.post({ network: `2001:db8:${n}:1::1` });
    await refused({ network: '2001:db8:3:1::2' });
    await room.post({ network: '192.0.2.4' }); // who has not written yet is let in
    await room.post({ article: 'two', network: '192.0.2.5' });
    await refused({ article: 'two', network: '192.0.2.5' });
    assert.equal((await room.app.db.selectFrom('comment').selectAll().execute()).length, 6);
    await assert.rejects(
      room.post({ body: ' ' }),
      hasCode('invalid'),
      'what is wrong in the form is said first',
    );
  },
);
