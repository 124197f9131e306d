import assert from 'node:assert/strict';
import { eventsOf } from '#core/comments/comment-rows.ts';
import { discardFigures, reviewDiscard } from '#core/comments/moderation/discards.ts';
import { forgetOldFeedback, sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { decideComments, UNDO_MINUTES, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { discardSample, queue } from '#core/comments/moderation/queue.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { DAY, MINUTE, SECOND } from '#core/platform/clock.ts';
import { byId, hasCode, type Room, scenario } from '../support/comment-room.ts';

/** A decision about one or several; its number. */
async function decide(room: Room, action: 'approve' | 'spam' | 'delete', ...comments: { id: number }[]) {
  const ids = comments.map(({ id }) => id);
  return (await decideComments(room.app, byId(ids), action, { moderator: 'owner' })).moderation;
}

const undo = ({ app }: Room, moderation: number) => undoModeration(app, moderation, 'owner');

/** Sends every correction that is due, until none is. */
async function correct({ app }: Room): Promise<void> {
  while ((await sendDueFeedback(app)) > 0);
}

async function afterUndoTime(room: Room): Promise<void> {
  room.app.clock.advance(UNDO_MINUTES * MINUTE);
  await correct(room);
}

const LURE = (n: number) => ({
  body: `Look at this, number ${n}: https://shop.example/offer?id=${n}`,
  email: `spammer${n}@example.org`,
  name: `S${n}`,
});

scenario('what the filter said beside its verdict is kept with the event', async (room) => {
  room.fake.guid = 'the-guid';
  room.fake.debugHelp = 'some help';
  room.fake.error = 'some trouble';
  const comment = await room.post();
  const events = await eventsOf(room.app.db, comment.id, 99);
  const detail = JSON.parse(events.at(-1)?.detail ?? '{}');
  assert.equal(detail.guid, 'the-guid');
  assert.equal(detail.debugHelp, 'some help');
  assert.equal(detail.error, 'some trouble');
});

scenario('a whole batch can be reversed, and what the filter was told of it with it', async (room) => {
  const lures = [];
  for (const n of [1, 2, 3]) lures.push(await room.post(LURE(n)));
  const moderation = await decide(room, 'spam', ...lures);
  await correct(room);
  assert.deepEqual(room.corrections(), [], 'not before the time to take it back is over');
  await afterUndoTime(room);
  assert.equal(room.corrections().length, 3);
  assert.equal(await undo(room, moderation), 3);
  await correct(room);
  assert.deepEqual(
    room.corrections(),
    [...lures.map(({ body }) => `submit-spam ${body}`), ...lures.map(({ body }) => `submit-ham ${body}`)],
    'at once, as the filter knows of it',
  );
});

scenario('nothing is told where the decision was taken back in time', async (room) => {
  const comment = await room.post();
  const moderation = await decide(room, 'spam', comment);
  room.app.clock.advance((UNDO_MINUTES - 1) * MINUTE);
  await undo(room, moderation);
  room.app.clock.advance(DAY);
  await correct(room);
  assert.deepEqual(room.corrections(), []);
});

scenario(
  'what was called spam, approved and taken back after the filter heard of it, is called spam again',
  async (room) => {
    room.fake.spamWhen = () => true;
    const { body, ...comment } = await room.post();
    const moderation = await decide(room, 'approve', comment);
    await afterUndoTime(room);
    assert.deepEqual(room.corrections(), [`submit-ham ${body}`]);
    await undo(room, moderation);
    await correct(room);
    assert.deepEqual(room.corrections(), [`submit-ham ${body}`, `submit-spam ${body}`]);
    assert.equal(await room.place(comment), 'spam (filter-spam)');
  },
);

scenario(
  'the filter hears each change of mind once, and only the last that it does not know',
  async (room) => {
    const { body, ...comment } = await room.publish();
    await afterUndoTime(room);
    assert.deepEqual(room.corrections(), [], 'ham that was approved: it was right');
    await decide(room, 'spam', comment);
    await decide(room, 'approve', comment);
    await afterUndoTime(room);
    assert.deepEqual(room.corrections(), [], 'there and back before it was told');
    await decide(room, 'spam', comment);
    await afterUndoTime(room);
    await decide(room, 'approve', comment);
    await decide(room, 'delete', comment);
    await afterUndoTime(room);
    assert.deepEqual(room.corrections(), [`submit-spam ${body}`, `submit-ham ${body}`]);
    await decide(room, 'spam', comment);
    await withdrawComment(room.app, comment);
    await afterUndoTime(room);
    assert.equal(room.corrections().at(-1), `submit-spam ${body}`, 'withdrawing it makes it no better');
  },
);

scenario('what was thrown away says nothing about spam', async (room) => {
  const ham = await room.post();
  room.fake.spamWhen = () => true;
  const spam = await room.post({ email: 'bob@example.org' });
  await decide(room, 'delete', ham, spam);
  await afterUndoTime(room);
  assert.deepEqual(room.corrections(), []);
});

scenario(
  'a decision taken back at the very moment at which the filter is told of it is corrected',
  async (room) => {
    const { app, fake } = room;
    const { body, ...comment } = await room.post();
    const moderation = await decide(room, 'spam', comment);
    app.clock.advance(UNDO_MINUTES * MINUTE);
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const sending = sendDueFeedback(app);
    while (room.corrections().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await undo(room, moderation);
    gate.resolve();
    await sending;
    fake.gate = undefined;
    await correct(room);
    assert.deepEqual(room.corrections(), [`submit-spam ${body}`, `submit-ham ${body}`]);
  },
);

scenario(
  'a correction speaks of the snapshot that was judged, not of what was told before an edit',
  async (room) => {
    const { app, fake } = room;
    fake.spamWhen = () => true;
    const comment = await room.post({ body: 'First words.' });
    await decide(room, 'approve', comment);
    await afterUndoTime(room);
    await editComment(app, comment, { body: 'Second words.', anyway: true, network: '192.0.2.7' });
    await Promise.all(app.background);
    assert.equal(await room.place(comment), 'spam (filter-spam)');
    await decide(room, 'approve', comment);
    await afterUndoTime(room);
    assert.deepEqual(room.corrections(), ['submit-ham First words.', 'submit-ham Second words.']);
    const last = fake.requests.at(-1)?.fields;
    assert.deepEqual([last?.recheck_reason, last?.user_ip], ['edit', '192.0.2.7']);
  },
);

scenario(
  'a correction that is not thanked for is told again until it is, and forgotten after 15 days',
  async (room) => {
    const { app, fake } = room;
    const [taken, never] = [
      await room.post({ email: 'a@example.org' }),
      await room.post({ email: 'b@example.org' }),
    ];
    await decide(room, 'spam', taken);
    fake.mode = 'garbage';
    await afterUndoTime(room);
    assert.equal(
      (await app.db.selectFrom('spam_feedback').selectAll().executeTakeFirstOrThrow()).done_at,
      null,
    );
    fake.mode = 'normal';
    app.clock.advance(2 * MINUTE);
    await correct(room);
    assert.equal(room.corrections().length, 2);
    await decide(room, 'spam', never);
    fake.mode = 'error';
    for (let day = 0; day < 16; day++) {
      app.clock.advance(DAY);
      await sendDueFeedback(app);
      await forgetOldFeedback(app);
    }
    assert.deepEqual(await app.db.selectFrom('spam_feedback').selectAll().execute(), []);
    assert.equal((await room.now(never)).checked_fields, null);
    fake.mode = 'normal';
    await decide(room, 'approve', never);
    assert.deepEqual(
      await app.db.selectFrom('spam_feedback').selectAll().execute(),
      [],
      'it takes none any more',
    );
  },
);

scenario('what is surely spam is kept as little as a correction needs, for 15 days', async (room) => {
  const { app, fake } = room;
  fake.discardWhen = () => true;
  const discard = await room.post({ notify: true, referrer: 'https://elsewhere.example/', ...LURE(1) });
  const { state, verdict, cluster, notify, referrer, user_agent, network, checked_fields } =
    await room.now(discard);
  assert.deepEqual(
    [state, verdict, cluster, notify, referrer, user_agent],
    ['spam', 'discard', null, 0, null, ''],
  );
  assert.ok(network && checked_fields, 'what a correction needs');
  assert.deepEqual(await app.db.selectFrom('comment_likeness').selectAll().execute(), []);
  assert.deepEqual((await queue(app.db, 'spam')).items, []);
  assert.deepEqual(
    (await discardSample(app.db)).map(({ id }) => id),
    [discard.id],
  );
  app.clock.advance(15 * DAY);
  await forgetOldFeedback(app);
  assert.equal((await discardFigures(app.db)).kept, 1);
  app.clock.advance(SECOND);
  await forgetOldFeedback(app);
  assert.equal((await discardFigures(app.db)).kept, 0);
});

scenario(
  'how often the filter was sure and wrong is counted once for each that a person has looked at',
  async (room) => {
    const { app, fake } = room;
    fake.discardWhen = () => true;
    const [right, wrong, byTheWay] = [
      await room.post({ email: 'a@example.org' }),
      await room.post({ email: 'b@example.org' }),
      await room.post({ email: 'c@example.org' }),
    ];
    await reviewDiscard(app, right.id, true, 'owner');
    await reviewDiscard(app, wrong.id, false, 'owner');
    for (const seen of [right, wrong])
      await assert.rejects(reviewDiscard(app, seen.id, true, 'owner'), hasCode('conflict'));
    assert.deepEqual(await discardFigures(app.db), { kept: 2, reviewed: 2, wrong: 1 });
    assert.deepEqual(
      (await discardSample(app.db)).map(({ id }) => id),
      [byTheWay.id],
    );
    const moderation = await decide(room, 'approve', byTheWay);
    assert.deepEqual(
      await discardFigures(app.db),
      { kept: 1, reviewed: 3, wrong: 2 },
      'in whatever way it was found',
    );
    await undo(room, moderation);
    assert.deepEqual(await discardFigures(app.db), { kept: 2, reviewed: 2, wrong: 1 }, 'taken back');
    await afterUndoTime(room);
    assert.deepEqual(room.corrections(), [`submit-ham ${wrong.body}`]);
    app.clock.advance(16 * DAY);
    await forgetOldFeedback(app);
    assert.equal((await room.now(wrong)).state, 'published', 'what a person wanted back stays');
  },
);
