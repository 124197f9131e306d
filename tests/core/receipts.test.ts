import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommentRules } from '#core/articles/comment-rules.ts';
import { checkComment } from '#core/comments/check-comment.ts';
import { EDIT_MINUTES } from '#core/comments/comment.ts';
import { eventsOf } from '#core/comments/comment-rows.ts';
import { newestComments } from '#core/comments/discussion-rows.ts';
import { moderateComment, undoModeration } from '#core/comments/moderation/moderate-comment.ts';
import { type PlaceFacts, placeOf } from '#core/comments/placement.ts';
import { postComment } from '#core/comments/post-comment.ts';
import {
  commentOfReceipt,
  editableUntil,
  editComment,
  stopRepliesTo,
  withdrawComment,
} from '#core/comments/receipt.ts';
import { DAY, HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { letterLinks } from '#core/subscribers/letter-links.ts';
import { subscriberByKey } from '#core/subscribers/subscriber-rows.ts';
import { unsubscribe } from '#core/subscribers/unsubscribe.ts';
import { DRAFT, hasCode, openRoom, type Room, scenario } from '../support/comment-room.ts';
import { addReader } from '../support/readers.ts';

const edit = (room: Room, comment: { id: number }, body: string, anyway = true) =>
  editComment(room.app, comment, { body, anyway, network: '192.0.2.7' });

/** Waits for what goes on behind an answer. */
const settled = ({ app }: Room) => Promise.all(app.background);

const checks = ({ fake }: Room) => fake.requests.filter(({ path }) => path === '/1.1/comment-check');

const sign = (name: string, weight = 3) => ({ name, weight, words: name });
const STRANGER: PlaceFacts = {
  verdict: 'ham',
  signs: [],
  forPerson: false,
  isKnown: false,
  isVerified: false,
};
const PLACES: [string, Partial<PlaceFacts>, string, Partial<CommentRules>?][] = [
  ['a stranger', {}, 'held (first-comment)'],
  ['a stranger where first comments are not held', {}, 'published (filter-ham)', { holdFirst: false }],
  ['a stranger without a filter', { verdict: undefined }, 'held (no-filter)'],
  ['a stranger without a filter, anywhere', { verdict: undefined }, 'held (no-filter)', { holdFirst: false }],
  ['somebody known', { isKnown: true }, 'published (filter-ham)'],
  ['somebody known, without a filter', { isKnown: true, verdict: undefined }, 'published (known)'],
  ['a subscriber', { isVerified: true }, 'published (filter-ham)'],
  ['a subscriber, without a filter', { isVerified: true, verdict: undefined }, 'published (verified)'],
  ['spam of somebody known', { isKnown: true, verdict: 'spam' }, 'spam (filter-spam)'],
  ['spam of a subscriber', { isVerified: true, verdict: 'discard' }, 'spam (filter-spam)'],
  ['too many links of somebody known', { isKnown: true, signs: [sign('links')] }, 'held (links)'],
  ['the trap, filled in by somebody known', { isKnown: true, signs: [sign('trap')] }, 'held (local-signs)'],
  ['links and the trap', { signs: [sign('links'), sign('trap')] }, 'held (local-signs)'],
  ['how a stranger writes', { signs: [sign('shouting', 1), sign('offer', 2)] }, 'held (local-signs)'],
  [
    'how somebody known writes',
    { isKnown: true, signs: [sign('shouting', 1), sign('offer', 2)] },
    'published (filter-ham)',
  ],
  [
    'a little, of a stranger',
    { signs: [sign('shouting', 2)] },
    'published (filter-ham)',
    { holdFirst: false },
  ],
  ['what is listed to be held', { isKnown: true, signs: [sign('hold-list')] }, 'held (listed)'],
  [
    'what is listed, and the filter calls spam',
    { verdict: 'spam', signs: [sign('hold-list')] },
    'spam (filter-spam)',
  ],
  ['what is blocked', { isVerified: true, signs: [sign('block-list'), sign('hold-list')] }, 'spam (blocked)'],
  ['what is blocked and for a person', { forPerson: true, signs: [sign('block-list')] }, 'spam (blocked)'],
  ['what is for a person', { isKnown: true, forPerson: true, verdict: undefined }, 'held (for-person)'],
];

for (const [who, facts, expected, rules] of PLACES)
  test(`${who} goes where the rules say: ${expected}`, () => {
    const [state, reason] = placeOf({ ...STRANGER, ...facts }, { holdFirst: true, ...rules });
    assert.equal(`${state} (${reason})`, expected);
  });

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
