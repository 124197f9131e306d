import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkComment } from '#core/comments/check-comment.ts';
import { eventsOf } from '#core/comments/comment-rows.ts';
import { moderateComment, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { DAY, HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { openRoom, type Room, scenario } from '../support/comment-room.ts';

const edit = (room: Room, comment: { id: number }, body: string, anyway = true) =>
  editComment(room.app, comment, { body, anyway, network: '192.0.2.7' });

/** Waits for what goes on behind an answer. */
const settled = ({ app }: Room) => Promise.all(app.background);

const checks = ({ fake }: Room) => fake.requests.filter(({ path }) => path === '/1.1/comment-check');

scenario('the verdict about the words before a change says nothing about those after it', async (room) => {
  const { fake } = room;
  await room.publish();
  room.rules({ holdFirst: false });
  fake.spamWhen = ({ comment_content }) => /pills/.test(comment_content ?? '');
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  fake.gate = gates[0]?.promise;
  const comment = await room.post();
  await room.asked(2);
  fake.gate = gates[1]?.promise;
  await edit(room, comment, 'Buy my pills.');
  await room.asked(3);
  const first = [...room.app.background][0];
  gates[0]?.resolve();
  await first;
  assert.equal(
    await room.place(comment),
    'unchecked (edited)',
    'what was said of the old words is not heard',
  );
  gates[1]?.resolve();
  await settled(room);
  assert.equal(await room.place(comment), 'spam (filter-spam)');
});

scenario(
  'an answer that fails to come about the words before a change does not delay those after it',
  async (room) => {
    const { fake } = room;
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const comment = await room.post();
    await room.asked(1);
    const first = [...room.app.background][0];
    fake.gate = undefined;
    await edit(room, comment, 'Other words.');
    await room.asked(2);
    fake.verdictBody = 'nonsense';
    gate.resolve();
    await Promise.all([first, settled(room)]);
    const { checked_fields, state } = await room.now(comment);
    assert.equal(state, 'held');
    assert.match(checked_fields ?? '', /Other words/);
    const events = await eventsOf(room.app.db, comment.id, 99);
    assert.deepEqual(events.map(({ reason }) => reason).slice(0, 2), ['waiting', 'edited']);
    assert.ok(
      events.every(({ reason }) => reason !== 'filter-silent'),
      'nothing is said of a question that is void',
    );
  },
);

scenario(
  'who withdraws while the filter is asked stays withdrawn, whatever it says, or does not',
  async (room) => {
    const { fake } = room;
    await room.publish();
    for (const answer of ['false', 'true', 'nonsense']) {
      const gate = Promise.withResolvers<void>();
      fake.gate = gate.promise;
      const comment = await room.post();
      assert.equal(comment.state, 'unchecked');
      assert.equal(await withdrawComment(room.app, comment), true);
      fake.verdictBody = answer;
      gate.resolve();
      await settled(room);
      fake.verdictBody = undefined;
      assert.equal(await room.place(comment), 'withdrawn (commenter)', answer);
      const events = await eventsOf(room.app.db, comment.id, 99);
      assert.deepEqual(
        events.map(({ state }) => state),
        ['unchecked', 'withdrawn'],
        answer,
      );
    }
  },
);

scenario(
  'what a person decides while the filter is asked stays, and can be taken back when it stays silent',
  async (room) => {
    const { fake } = room;
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const comment = await room.post();
    await moderateComment(room.app, comment.id, 'delete', 'owner');
    fake.verdictBody = 'nonsense';
    gate.resolve();
    await settled(room);
    fake.gate = fake.verdictBody = undefined;
    assert.equal(await room.place(comment), 'trash (moderator)');
    assert.equal(await undoModeration(room.app, 1, 'owner'), 1);
    assert.equal(await room.place(comment), 'unchecked (waiting)');
    await room.check();
    assert.equal(
      await room.place(comment),
      'held (first-comment)',
      'it waited for the filter, and was asked about',
    );
  },
);

scenario('a provisional verdict shows nobody the comment: only the last word counts', async (room) => {
  const { app, fake } = room;
  await room.publish();
  fake.recheckAfter = 60;
  fake.guid = 'provisional-guid';
  const comment = await room.post();
  assert.equal(await room.place(comment), 'unchecked (provisional)');
  const [, event] = await eventsOf(app.db, comment.id, 99);
  assert.deepEqual(JSON.parse(event?.detail ?? '{}'), { verdict: 'ham', guid: 'provisional-guid' });
  app.clock.advance(59 * SECOND);
  await room.check();
  assert.equal(checks(room).length, 2, 'not before the time that it named');
  fake.recheckAfter = undefined;
  fake.spamWhen = () => true;
  app.clock.advance(SECOND);
  await room.check();
  assert.equal(checks(room)[2]?.fields.recheck_reason, 'recheck_after');
  assert.equal(await room.place(comment), 'spam (filter-spam)');
});

scenario('after hours of silence a provisional verdict is still only provisional', async (room) => {
  const { app, fake } = room;
  await room.publish();
  fake.mode = 'refuse';
  const comment = await room.post();
  for (let n = 0; n < 7; n++) {
    app.clock.advance(1.5 * HOUR);
    await room.check();
  }
  fake.mode = 'normal';
  fake.recheckAfter = 60;
  app.clock.advance(1.5 * HOUR);
  await room.check();
  assert.equal(await room.place(comment), 'unchecked (provisional)');
  for (let n = 0; n < 9; n++) {
    app.clock.advance(MINUTE);
    await room.check();
  }
  assert.equal(await room.place(comment), 'published (filter-ham)', 'it may not put its word off for ever');
});

scenario(
  'a comment waits 1, 5 and 20 minutes for a silent filter, then an hour each time, and a day at most',
  async (room) => {
    const { app, fake } = room;
    fake.mode = 'garbage';
    const comment = await room.post();
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      const { check_at } = await room.now(comment);
      waits.push((Date.parse(check_at ?? '') - app.clock.now().getTime()) / MINUTE);
      app.clock.advance(Date.parse(check_at ?? '') - app.clock.now().getTime());
      await room.check();
    }
    for (const [place, minutes] of [1, 5, 20, 60, 60].entries())
      assert.ok((waits[place] ?? 0) >= 0.8 * minutes && (waits[place] ?? 0) <= 1.2 * minutes, `${waits}`);
    while (app.clock.now().getTime() - Date.parse(comment.created_at) <= DAY) {
      assert.equal((await room.now(comment)).state, 'unchecked');
      app.clock.advance(HOUR);
      await room.check();
    }
    app.clock.advance(HOUR);
    await room.check();
    assert.equal(await room.place(comment), 'held (filter-silent)');
    const reasons = (await eventsOf(app.db, comment.id, 99)).map(({ reason }) => reason);
    assert.deepEqual([...new Set(reasons)], ['waiting', 'filter-silent']);
  },
);

scenario(
  'with a bad key nothing is asked any more, nothing is called spam, and after a day a person reads it',
  async (room) => {
    const { app, fake } = room;
    await room.publish();
    fake.mode = 'bad-key';
    const comment = await room.post();
    const asked = fake.requests.length;
    const second = await room.post({ email: 'bob@example.org' });
    app.clock.advance(HOUR);
    await room.check();
    assert.equal(fake.requests.length, asked);
    assert.deepEqual(
      [await room.place(comment), await room.place(second)],
      ['unchecked (filter-silent)', 'unchecked (filter-silent)'],
    );
    fake.mode = 'normal';
    await app.spam?.verifyKey();
    await app.spam?.tend();
    await room.check();
    assert.deepEqual(
      [await room.place(comment), await room.place(second)],
      ['published (filter-ham)', 'held (first-comment)'],
    );
  },
);

scenario('a question put off because many are under way is no attempt, and is asked soon', async (room) => {
  const { app, fake } = room;
  const gate = Promise.withResolvers<void>();
  fake.gate = gate.promise;
  const posted = [];
  for (let n = 0; n < 9; n++)
    posted.push(await room.post({ email: `p${n}@example.org`, network: `192.0.2.${n}` }));
  await room.asked(8);
  const last = await room.now(posted[8] ?? { id: 0 });
  assert.deepEqual([last.state, last.checks, last.asked_at, last.reason], ['unchecked', 0, null, 'waiting']);
  assert.ok(Date.parse(last.check_at ?? '') - app.clock.now().getTime() < 3 * SECOND);
  gate.resolve();
  await settled(room);
  fake.gate = undefined;
  app.clock.advance(3 * SECOND);
  await room.check();
  assert.equal(await room.place(last), 'held (first-comment)');
});

scenario('a worker that died while it asked leaves the comment to the next one', async (room) => {
  const { app, fake } = room;
  const gate = Promise.withResolvers<void>();
  fake.gate = gate.promise;
  const comment = await room.post();
  await room.check();
  assert.equal(checks(room).length, 1, 'one process has it');
  app.clock.advance(16 * SECOND);
  gate.resolve();
  fake.gate = undefined;
  await Promise.all([room.check(), settled(room), checkComment(app, comment.id)]);
  assert.equal(await room.place(comment), 'held (first-comment)');
  const events = await eventsOf(app.db, comment.id, 99);
  assert.deepEqual(
    events.map(({ state }) => state),
    ['unchecked', 'held'],
    'however many have asked',
  );
});

test('when the key is taken away, what waits for the filter goes to a person', async (t) => {
  const room = await openRoom(t);
  room.fake.mode = 'refuse';
  const comment = await room.post();
  room.app.spam = undefined;
  room.app.clock.advance(HOUR);
  await room.check();
  assert.equal(await room.place(comment), 'held (no-filter)');
});
