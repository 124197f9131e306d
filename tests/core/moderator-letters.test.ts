import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import {
  decideByLetter,
  LETTER_ACTIONS,
  type LetterAction,
  letterLink,
  undoByLetter,
} from '#core/comments/letters/decide-by-letter.ts';
import { DECIDE_DAYS, gatherModeratorLetter } from '#core/comments/letters/moderator-letter.ts';
import { sendDueFeedback } from '#core/comments/moderation/filter-feedback.ts';
import { moderateComment, UNDO_MINUTES } from '#core/comments/moderation/moderate-comment.ts';
import { type CommentDraft, postComment } from '#core/comments/post-comment.ts';
import { editComment, withdrawComment } from '#core/comments/receipt.ts';
import { DAY, HOUR, MINUTE, SECOND } from '#core/platform/clock.ts';
import { openSqlite } from '#core/platform/db.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { DRAFT, hasCode, linksIn, openRoom, type Room, scenario, words } from '../support/comment-room.ts';
import { temporaryFolder } from '../support/test-app.ts';

/** A held comment, and the tokens of the letter about it. */
async function heldAndTold(room: Room, change: Partial<CommentDraft> = {}) {
  const comment = await room.post(change);
  assert.equal(comment.state, 'held');
  assert.ok((await gatherModeratorLetter(room.app)) > 0);
  const letter = await room.app.db
    .selectFrom('delivery')
    .select('message_id')
    .where('kind', '=', 'moderation')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  const token = (action: LetterAction) =>
    derivedToken(room.app.secret, 'decide', `${letter.message_id} ${comment.id} ${action}`);
  return { comment, token };
}

const stateOf = async (room: Room, token: string) => {
  const link = await letterLink(room.app, token);
  return link?.state === 'over' ? `over: ${link.why}` : link?.state;
};

scenario(
  'the first held comment is told of at once, the next ones an hour later and together',
  async (room) => {
    const { app } = room;
    assert.equal(await gatherModeratorLetter(app), 0, 'nothing is held');
    await room.post({ email: 'a@example.org', name: 'Anna' });
    assert.equal(await gatherModeratorLetter(app), 1);
    await room.post({ email: 'b@example.org', name: 'Berta' });
    app.clock.advance(HOUR - SECOND);
    assert.equal(await gatherModeratorLetter(app), 0);
    await room.post({ email: 'c@example.org', name: 'Cora' });
    app.clock.advance(SECOND);
    assert.equal(await gatherModeratorLetter(app), 2);
    app.clock.advance(DAY);
    assert.equal(await gatherModeratorLetter(app), 0, 'of each it is told once');
    const [first, second] = await room.letters();
    assert.match(first?.subject ?? '', /^A comment waits for you: Title of one$/);
    assert.match(second?.subject ?? '', /^2 comments wait for you/);
    assert.match(second?.text ?? '', /Berta[\s\S]*Cora/);
    assert.doesNotMatch(second?.text ?? '', /Anna/);
  },
);

scenario('spam, and what was published by itself, sends no letter', async (room) => {
  const { app, fake } = room;
  await room.publish();
  await room.post();
  fake.spamWhen = () => true;
  await room.post({ email: 'spam@example.org' });
  fake.discardWhen = () => true;
  await room.post({ email: 'discard@example.org' });
  room.rules({ block: { words: ['casino'] } });
  await room.post({ body: 'The casino is open.' });
  fake.mode = 'refuse';
  await room.post({ email: 'waiting@example.org' });
  assert.equal(await gatherModeratorLetter(app), 0);
});

scenario(
  'the letter goes to the moderator of site.yaml, else to the address that letters come from',
  async (room) => {
    const { app } = room;
    await room.post();
    await gatherModeratorLetter(app);
    room.rules({ moderator: 'moderator@paper.example' });
    app.clock.advance(HOUR);
    await room.post({ email: 'b@example.org' });
    await gatherModeratorLetter(app);
    const letters = await room.letters();
    assert.deepEqual(
      letters.map(({ to }) => to),
      ['newsletter@watchpost.example', 'moderator@paper.example'],
    );
  },
);

scenario(
  'of a flood the letter shows 25 and says how many more wait; those follow an hour later',
  async (room) => {
    const { app } = room;
    for (let n = 0; n < 28; n++)
      await room.post({ email: `p${n}@example.org`, network: `192.0.2.${n}`, body: words() });
    assert.equal(await gatherModeratorLetter(app), 25);
    assert.match((await room.letters())[0]?.text ?? '', /3 more wait at the desk\./);
    app.clock.advance(HOUR);
    assert.equal(await gatherModeratorLetter(app), 3);
  },
);

scenario(
  'nothing in the letter is a link but the site’s own, whatever a stranger writes, and no picture',
  async (room) => {
    await room.post({
      name: 'www.evil.example',
      website: 'https://evil.example/path',
      email: 'stranger@evil.example',
      body: 'See https://evil.example/x, <img src="https://evil.example/p.gif">\n<a href="http://evil.example">here</a> evil.example/y ftp://evil.example me@evil.example',
      honeypot: 'https://evil.example/',
    });
    await gatherModeratorLetter(room.app);
    const [letter] = await room.letters();
    assert.ok(letter);
    for (const link of linksIn(letter)) assert.match(link, /^http:\/\/watchpost\.test\//, link);
    assert.doesNotMatch(letter.html, /<img|<a [^>]*evil/i);
    assert.doesNotMatch(letter.text.replace('stranger@evil.example', ''), /evil\.example/);
    assert.match(letter.text, /evil\[\.\]example/, 'but it can be read');
  },
);

scenario(
  'each link does what it says, once, and no other of the same letter does anything after it',
  async (room) => {
    for (const [action, state] of [
      ['approve', 'published'],
      ['spam', 'spam'],
      ['trash', 'trash'],
    ] as const) {
      room.app.clock.advance(HOUR);
      const { comment, token } = await heldAndTold(room, { email: `${action}@example.org` });
      for (const each of LETTER_ACTIONS) assert.equal(await stateOf(room, token(each)), 'waiting');
      assert.equal((await room.now(comment)).state, 'held', 'looking at a link changes nothing');
      await decideByLetter(room.app, token(action), '');
      assert.equal(await room.place(comment), `${state} (moderator)`);
      assert.equal(await stateOf(room, token(action)), 'done');
      for (const each of LETTER_ACTIONS) {
        if (each !== action) assert.equal(await stateOf(room, token(each)), 'over: decided');
        await assert.rejects(decideByLetter(room.app, token(each), 'Thanks.'), hasCode('conflict'), each);
      }
      assert.equal(await room.place(comment), `${state} (moderator)`);
    }
    assert.equal(await stateOf(room, 'x'.repeat(43)), undefined);
    await assert.rejects(decideByLetter(room.app, 'x'.repeat(43), ''), hasCode('conflict'));
  },
);

scenario('two presses of a link at once decide once', async (room) => {
  const { comment, token } = await heldAndTold(room);
  const presses = await Promise.allSettled(
    [1, 2, 3].map(() => decideByLetter(room.app, token('approve'), '')),
  );
  assert.deepEqual(presses.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
  assert.equal((await room.now(comment)).state, 'published');
});

scenario(
  'approve and reply publishes both; without words nothing is done, and the link works still',
  async (room) => {
    const { comment, token } = await heldAndTold(room);
    await assert.rejects(decideByLetter(room.app, token('reply'), '  '), hasCode('invalid'));
    assert.equal(await room.place(comment), 'held (first-comment)');
    assert.equal(await stateOf(room, token('reply')), 'waiting');
    await decideByLetter(room.app, token('reply'), 'Thank you for that.');
    const rows = await room.app.db
      .selectFrom('comment')
      .select(['number', 'state', 'parent_id', 'author'])
      .orderBy('id')
      .execute();
    assert.deepEqual(rows, [
      { number: 1, state: 'published', parent_id: null, author: null },
      { number: 2, state: 'published', parent_id: comment.id, author: 'desk' },
    ]);
    room.app.clock.advance(UNDO_MINUTES * MINUTE - SECOND);
    await undoByLetter(room.app, token('reply'));
    const after = await room.app.db.selectFrom('comment').select('state').orderBy('id').execute();
    assert.deepEqual(
      after.map(({ state }) => state),
      ['held', 'trash'],
    );
    room.app.clock.advance(2 * HOUR);
    assert.equal(
      await gatherModeratorLetter(room.app),
      0,
      'the moderator is not asked about their own words',
    );
  },
);

scenario(
  'what a link did can be taken back for ten minutes, and then decided anew by another of the letter',
  async (room) => {
    const { comment, token } = await heldAndTold(room);
    await decideByLetter(room.app, token('spam'), '');
    await undoByLetter(room.app, token('spam'));
    assert.equal(await room.place(comment), 'held (first-comment)');
    await assert.rejects(undoByLetter(room.app, token('spam')), hasCode('conflict'), 'once');
    await assert.rejects(
      decideByLetter(room.app, token('spam'), ''),
      hasCode('conflict'),
      'the link itself is used',
    );
    assert.equal(await stateOf(room, token('approve')), 'waiting');
    await decideByLetter(room.app, token('approve'), '');
    room.app.clock.advance(UNDO_MINUTES * MINUTE);
    const link = await letterLink(room.app, token('approve'));
    assert.equal(link?.state === 'done' && link.until, undefined);
    await assert.rejects(
      undoByLetter(room.app, token('approve')),
      hasCode('conflict'),
      'ten minutes are over',
    );
    while ((await sendDueFeedback(room.app)) > 0);
    assert.deepEqual(room.corrections(), [], 'spam that was taken back is told to nobody');
  },
);

scenario(
  'a decision by letter is not taken back after the comment was changed, withdrawn or decided again',
  async (room) => {
    const { app } = room;
    const later: ((id: number) => Promise<unknown>)[] = [
      (id) => editComment(app, { id }, { body: words(), anyway: true, network: '192.0.2.7' }),
      (id) => withdrawComment(app, { id }),
      (id) => moderateComment(app, id, 'spam', 'owner'),
    ];
    for (const [n, happens] of later.entries()) {
      app.clock.advance(HOUR);
      const { comment, token } = await heldAndTold(room, { email: `p${n}@example.org`, name: `P${n}` });
      await decideByLetter(app, token('approve'), '');
      await happens(comment.id);
      await Promise.all(app.background);
      const place = await room.place(comment);
      await assert.rejects(undoByLetter(app, token('approve')), hasCode('conflict'));
      assert.equal(await room.place(comment), place);
    }
  },
);

scenario(
  'a change of the comment makes the links of the letter void, and a new letter tells of the new words',
  async (room) => {
    const { app } = room;
    const { comment, token } = await heldAndTold(room);
    await editComment(app, comment, { body: 'Quite other words.', anyway: true, network: '192.0.2.7' });
    await Promise.all(app.background);
    assert.equal(await room.place(comment), 'held (first-comment)');
    for (const action of LETTER_ACTIONS) {
      assert.equal(await stateOf(room, token(action)), 'over: edited');
      await assert.rejects(decideByLetter(app, token(action), 'Thanks.'), hasCode('conflict'));
    }
    app.clock.advance(HOUR);
    assert.equal(await gatherModeratorLetter(app), 1);
    assert.match((await room.letters()).at(-1)?.text ?? '', /Quite other words/);
  },
);

scenario(
  'a link pressed at the very moment of a change decides nothing about the new words',
  async (room) => {
    const { app } = room;
    const { comment, token } = await heldAndTold(room, { forPerson: true });
    const editing = editComment(app, comment, {
      body: 'Quite other words.',
      anyway: true,
      network: '192.0.2.7',
    });
    const pressing = decideByLetter(app, token('approve'), '');
    const [edited, pressed] = await Promise.allSettled([editing, pressing]);
    const { state, body } = await room.now(comment);
    assert.notDeepEqual(
      [state, body],
      ['published', 'Quite other words.'],
      `${edited.status} ${pressed.status}`,
    );
  },
);

scenario('links work for a week and only while the comment is held', async (room) => {
  const { app } = room;
  const { token } = await heldAndTold(room);
  app.clock.advance(HOUR);
  const other = await heldAndTold(room, { email: 'b@example.org' });
  await withdrawComment(app, other.comment);
  assert.equal(await stateOf(room, other.token('approve')), 'over: decided');
  app.clock.advance(DECIDE_DAYS * DAY - HOUR - SECOND);
  assert.equal(await stateOf(room, token('approve')), 'waiting');
  app.clock.advance(SECOND);
  assert.equal(await stateOf(room, token('approve')), 'over: expired');
  await assert.rejects(decideByLetter(app, token('approve'), ''), hasCode('conflict'));
});

scenario(
  'a letter that is tried again is the same letter, without what was decided meanwhile',
  async (room) => {
    const { app } = room;
    const gone = await room.post({ email: 'a@example.org', name: 'Anna' });
    const stays = await room.post({ email: 'b@example.org', name: 'Berta' });
    await gatherModeratorLetter(app);
    const [first] = await room.letters();
    const resend = async () => {
      await app.db.updateTable('delivery').set({ state: 'queued', sent_at: null }).execute();
      return (await room.letters()).at(-1);
    };
    const again = await resend();
    assert.deepEqual(linksIn(again ?? { text: '', html: '' }), linksIn(first ?? { text: '', html: '' }));
    assert.equal(again?.headers['message-id'], first?.headers['message-id']);
    await withdrawComment(app, gone);
    assert.doesNotMatch((await resend())?.text ?? '', /Anna/);
    await moderateComment(app, stays.id, 'approve', 'owner');
    await app.db.updateTable('delivery').set({ state: 'queued', sent_at: null }).execute();
    assert.deepEqual(await room.letters(), []);
    const { state, reply } = await app.db
      .selectFrom('delivery')
      .select(['state', 'reply'])
      .executeTakeFirstOrThrow();
    assert.deepEqual([state, reply], ['skipped', 'decided meanwhile']);
  },
);

scenario('a letter that a crash caught at the dot is sent again: twice does no harm', async (room) => {
  const { app } = room;
  await room.post();
  await gatherModeratorLetter(app);
  const gone = { lease_owner: 'elsewhere:1:abc', lease_until: app.clock.now().toISOString() };
  for (const state of ['claimed', 'at-the-dot'] as const) {
    await app.db
      .updateTable('delivery')
      .set({ state, ...gone })
      .execute();
    await app.sender.recover();
    assert.equal((await room.letters()).length, 1, state);
  }
});

test('two workers at once make one letter', async (t) => {
  const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
  const database = () => ({ db: openSqlite(file), engine: 'sqlite' as const });
  const one = await openRoom(t, { database: database() });
  const two = await openRoom(t, { database: database() });
  for (let n = 0; n < 30; n++) await one.post({ email: `p${n}@example.org`, network: `192.0.2.${n}` });
  two.app.clock.advance(7); // no two machines have the very same time
  const made = await Promise.all([one, two, one, two].map(({ app }) => gatherModeratorLetter(app)));
  assert.deepEqual(made.sort(), [0, 0, 0, 25]);
  assert.equal((await one.app.db.selectFrom('delivery').selectAll().execute()).length, 1);
  for (const { app } of [one, two]) app.clock.advance(HOUR);
  const next = await Promise.all([two, one].map(({ app }) => gatherModeratorLetter(app)));
  assert.deepEqual(
    next.sort((a, b) => a - b),
    [0, 5],
  );
});

scenario('two who press different links of one letter: one decides', async (room) => {
  const { comment, token } = await heldAndTold(room);
  const presses = await Promise.allSettled([
    decideByLetter(room.app, token('approve'), ''),
    decideByLetter(room.app, token('spam'), ''),
    moderateComment(room.app, comment.id, 'delete', 'owner'),
  ]);
  const byLetter = presses.slice(0, 2).filter(({ status }) => status === 'fulfilled').length;
  assert.equal(byLetter <= 1, true);
  assert.equal(await room.place(comment), 'trash (moderator)', 'the desk decides about whatever is there');
  const history = await room.app.db
    .selectFrom('comment_event')
    .select('actor')
    .where('batch', 'is not', null)
    .execute();
  assert.equal(history.filter(({ actor }) => actor === 'owner, by letter').length <= 1, true);
});

scenario('a comment that goes to a person after a day of silence is told of as well', async (room) => {
  const { app, fake } = room;
  fake.mode = 'refuse';
  const posted = await postComment(app, { ...DRAFT, body: words() });
  assert.equal(posted.state, 'posted');
  await Promise.all(app.background);
  assert.equal(await gatherModeratorLetter(app), 0);
  app.clock.advance(DAY + MINUTE);
  await room.check();
  assert.equal(await gatherModeratorLetter(app), 1);
});
