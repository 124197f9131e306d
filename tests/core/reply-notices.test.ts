import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { type Commenter, commenterByKey } from '#core/comments/letters/reply-notice-rows.ts';
import {
  confirmNotices,
  endNotices,
  forgetOldNotices,
  gatherReplyLetters,
  NOTICE_DAYS,
  noticesOfLink,
} from '#core/comments/letters/reply-notices.ts';
import { answerComment } from '#core/comments/moderation/desk-reply.ts';
import { moderateComment } from '#core/comments/moderation/moderate-comment.ts';
import type { CommentDraft } from '#core/comments/post-comment.ts';
import { editComment, stopRepliesTo, withdrawComment } from '#core/comments/receipt.ts';
import { DAY, HOUR, SECOND } from '#core/platform/clock.ts';
import { openSqlite } from '#core/platform/db.ts';
import { derivedToken } from '#core/platform/tokens.ts';
import { suppress } from '#core/subscribers/suppression.ts';
import {
  linksIn,
  openRoom,
  type ReadLetter,
  type Room,
  scenario,
  tokenIn,
  words,
} from '../support/comment-room.ts';
import { addReader } from '../support/readers.ts';
import { temporaryFolder } from '../support/test-app.ts';

const ANN = { name: 'Ann', email: 'ann@example.org', notify: true };
const BOB = { name: 'Bob', email: 'bob@example.org' };
const STOP = /\/comments\/notices\/stop\//;
const CONFIRM = /\/comments\/notices\/confirm\//;

const lettersTo = async (room: Room, to: string) =>
  (await room.letters()).filter((letter) => letter.to === to);

async function lastTo(room: Room, to = ANN.email): Promise<ReadLetter> {
  const letter = (await lettersTo(room, to)).at(-1);
  assert.ok(letter, `a letter to ${to}`);
  return letter;
}

async function commenter({ app }: Room, email = ANN.email): Promise<Commenter> {
  const found = await commenterByKey(app.db, email);
  assert.ok(found, email);
  return found;
}

/** A published comment whose writer has confirmed that they want to hear of answers. */
async function confirmed(room: Room, change: Partial<CommentDraft> = {}) {
  const comment = await room.publish({ ...ANN, ...change });
  const token = tokenIn(await lastTo(room, change.email ?? ANN.email), CONFIRM);
  assert.equal(await confirmNotices(room.app, token), true);
  return comment;
}

const answer = (room: Room, comment: { id: number }, change: Partial<CommentDraft> = {}) =>
  room.publish({ ...BOB, parent: String(comment.id), ...change });

/** Makes what letters are due, and reads the newest of those about replies. */
async function told(room: Room, to = ANN.email): Promise<ReadLetter | undefined> {
  const before = (await lettersTo(room, to)).length;
  await gatherReplyLetters(room.app);
  const letters = await lettersTo(room, to);
  assert.ok(letters.length <= before + 1);
  return letters.length > before ? letters.at(-1) : undefined;
}

scenario('before a comment is published no letter is made, not even to its writer', async (room) => {
  const held = await room.post(ANN);
  assert.equal(held.state, 'held');
  room.fake.spamWhen = () => true;
  await room.post({ ...ANN, name: 'Spammer', email: 'victim@example.org' });
  assert.deepEqual(await room.letters(), []);
  assert.equal(await commenterByKey(room.app.db, ANN.email), undefined);
  await moderateComment(room.app, held.id, 'approve', 'owner');
  assert.equal((await room.letters()).length, 1);
});

scenario('who did not ask for notices gets none, and is asked nothing', async (room) => {
  const comment = await room.publish({ ...ANN, notify: false });
  await answer(room, comment);
  assert.equal(await told(room), undefined);
  assert.deepEqual(await room.letters(), []);
});

scenario(
  'the question whether an address is theirs holds no word of a stranger and no foreign link',
  async (room) => {
    await room.publish({
      ...ANN,
      name: 'Evil https://evil.example',
      body: 'Buy https://evil.example now.',
      website: 'https://evil.example',
    });
    const letter = await lastTo(room);
    assert.doesNotMatch(letter.text + letter.html, /evil/i);
    for (const link of linksIn(letter)) assert.match(link, /^http:\/\/watchpost\.test\//, link);
    assert.doesNotMatch(letter.html, /<img/i);
  },
);

scenario(
  'nothing is told before the address has confirmed; then what came meanwhile is, and later answers',
  async (room) => {
    const comment = await room.publish(ANN);
    await answer(room, comment, { body: 'The first answer of all.' });
    assert.equal(await told(room), undefined);
    const token = tokenIn(await lastTo(room), CONFIRM);
    const link = await noticesOfLink(room.app, 'notices-confirm', token);
    assert.equal(link?.isOver, false);
    assert.equal((await commenter(room)).confirmed_at, null, 'looking at the link confirms nothing');
    assert.equal(await confirmNotices(room.app, token), true);
    assert.equal(await confirmNotices(room.app, token), false, 'once');
    const letter = await told(room);
    assert.match(letter?.text ?? '', /Bob answered your comment no\. 1 on/);
    assert.match(letter?.text ?? '', /The first answer of all\./);
    assert.ok(
      linksIn(letter ?? { text: '', html: '' }).includes('http://watchpost.test/articles/one/#comment-2'),
    );
  },
);

scenario('a confirmation works for a week', async (room) => {
  await room.publish(ANN);
  const token = tokenIn(await lastTo(room), CONFIRM);
  room.app.clock.advance(NOTICE_DAYS * DAY);
  assert.equal((await noticesOfLink(room.app, 'notices-confirm', token))?.isOver, true);
  assert.equal(await confirmNotices(room.app, token), false);
  assert.equal(await noticesOfLink(room.app, 'notices-stop', token), undefined, 'and for nothing else');
});

scenario('one letter an hour at most, with all the answers in it', async (room) => {
  const comment = await confirmed(room);
  await answer(room, comment, { body: 'One thing.' });
  assert.match((await told(room))?.text ?? '', /One thing/);
  await answer(room, comment, { body: 'Another thing.' });
  await answer(room, comment, { body: 'A third thing.' });
  room.app.clock.advance(HOUR - SECOND);
  assert.equal(await told(room), undefined);
  room.app.clock.advance(SECOND);
  const letter = await told(room);
  assert.match(letter?.subject ?? '', /^2 answers to you/);
  assert.match(letter?.text ?? '', /Another thing[\s\S]*A third thing/);
  assert.doesNotMatch(letter?.text ?? '', /One thing/);
  room.app.clock.advance(DAY);
  assert.equal(await told(room), undefined, 'of each answer once');
});

scenario(
  'of very many answers in an hour fifty stand in the letter and the others in the next',
  async (room) => {
    const comment = await confirmed(room);
    await answer(room, comment);
    for (let n = 0; n < 52; n++)
      await room.post({ ...BOB, parent: String(comment.id), body: words(), network: `192.0.2.${n}` });
    assert.match((await told(room))?.subject ?? '', /^50 answers/);
    room.app.clock.advance(HOUR);
    assert.match((await told(room))?.subject ?? '', /^3 answers/);
  },
);

scenario('whoever answers themselves hears nothing of it; the desk’s answer they hear of', async (room) => {
  const comment = await confirmed(room);
  await answer(room, comment, { ...ANN, body: 'One thing more.' });
  assert.equal(await told(room), undefined);
  await answerComment(room.app, { id: comment.id }, 'Well seen.', 'owner');
  assert.match((await told(room))?.text ?? '', /Well seen/);
});

scenario(
  'an answer that is withdrawn or taken away before the letter is not told of; put back, it is',
  async (room) => {
    const comment = await confirmed(room);
    const [gone, back, stays] = [
      await answer(room, comment),
      await answer(room, comment),
      await answer(room, comment),
    ];
    await withdrawComment(room.app, gone);
    await moderateComment(room.app, back.id, 'spam', 'owner');
    await moderateComment(room.app, stays.id, 'spam', 'owner');
    await moderateComment(room.app, stays.id, 'approve', 'owner');
    const letter = await told(room);
    assert.match(letter?.subject ?? '', /^Somebody answered you/);
    assert.ok(letter?.text.includes(stays.body));
    await moderateComment(room.app, back.id, 'approve', 'owner');
    room.app.clock.advance(HOUR);
    const next = await told(room);
    assert.ok(next?.text.includes(back.body));
    assert.equal(next?.text.includes(stays.body), false);
  },
);

scenario('where nothing is left to tell, the hour does not begin', async (room) => {
  const comment = await confirmed(room);
  await withdrawComment(room.app, await answer(room, comment));
  assert.equal(await told(room), undefined);
  const later = await answer(room, comment);
  assert.ok((await told(room))?.text.includes(later.body));
});

scenario('what is withdrawn after the letter was made and before it is sent is not in it', async (room) => {
  const comment = await confirmed(room);
  const gone = await answer(room, comment);
  assert.equal(await gatherReplyLetters(room.app), 1);
  await withdrawComment(room.app, gone);
  assert.equal((await lettersTo(room, ANN.email)).length, 1, 'the question, and no more');
  const { state, reply } = await room.app.db
    .selectFrom('delivery')
    .select(['state', 'reply'])
    .where('kind', '=', 'replies')
    .executeTakeFirstOrThrow();
  assert.deepEqual([state, reply], ['skipped', 'no reply is left to tell of']);
});

scenario('a change of an answer announces nothing twice', async (room) => {
  const comment = await confirmed(room);
  await answer(room, comment);
  const changed = await answer(room, comment, { body: 'Before the change.' });
  assert.equal(changed.state, 'published');
  await told(room);
  await editComment(room.app, changed, { body: 'After the change.', anyway: true, network: '192.0.2.7' });
  await Promise.all(room.app.background);
  assert.equal((await room.now(changed)).state, 'published');
  room.app.clock.advance(HOUR);
  assert.equal(await told(room), undefined);
});

scenario('to a comment that its writer has taken back no answers are told of', async (room) => {
  const comment = await confirmed(room);
  const held = await room.post({ ...BOB, parent: String(comment.id) });
  await withdrawComment(room.app, comment);
  await moderateComment(room.app, held.id, 'approve', 'owner');
  assert.equal(await told(room), undefined);
});

scenario(
  'on the receipt, notices of one comment are stopped, and of the others they are not',
  async (room) => {
    const one = await confirmed(room);
    const two = await room.publish(ANN);
    await stopRepliesTo(room.app, one);
    const quiet = await answer(room, one);
    const loud = await answer(room, two);
    const letter = await told(room);
    assert.ok(letter?.text.includes(loud.body));
    assert.equal(letter?.text.includes(quiet.body), false);
  },
);

scenario('one press of the stop link, the same in each letter, ends all notices at once', async (room) => {
  const comment = await confirmed(room);
  await answer(room, comment);
  const letter = await told(room);
  const token = tokenIn(letter ?? { text: '', html: '' }, STOP);
  assert.equal(
    letter?.headers['list-unsubscribe'],
    `<http://watchpost.test/comments/notices/stop/${token}/>`,
  );
  assert.equal(letter?.headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click');
  assert.equal(tokenIn((await lettersTo(room, ANN.email))[0] ?? { text: '', html: '' }, STOP), token);
  await answer(room, comment);
  room.app.clock.advance(HOUR);
  await gatherReplyLetters(room.app); // made, and not sent yet
  const link = await noticesOfLink(room.app, 'notices-stop', token);
  assert.ok(link && !link.isOver);
  for (const _press of [1, 2]) await endNotices(room.app, link.commenter);
  assert.equal((await lettersTo(room, ANN.email)).length, 2);
  assert.equal((await room.now(comment)).notify, 0);
  await answer(room, comment);
  room.app.clock.advance(DAY);
  assert.equal(await told(room), undefined);
});

scenario('who stopped can ask again: then the address has to confirm anew', async (room) => {
  const comment = await confirmed(room);
  await endNotices(room.app, await commenter(room));
  room.app.clock.advance(DAY);
  const second = await room.publish(ANN);
  await answer(room, second, { body: 'Before it was confirmed anew.' });
  assert.equal(await told(room), undefined);
  const token = tokenIn(await lastTo(room), CONFIRM);
  assert.equal(await confirmNotices(room.app, token), true);
  await answer(room, second, { body: 'After it.' });
  await answer(room, comment, { body: 'To the first one.' });
  const letter = await told(room);
  assert.match(letter?.text ?? '', /After it\./);
  assert.doesNotMatch(letter?.text ?? '', /To the first one/, 'that stayed stopped');
});

scenario(
  'who says that it was not them, without ever having confirmed, is asked no more, for good',
  async (room) => {
    await room.publish(ANN);
    const token = tokenIn(await lastTo(room), STOP);
    const link = await noticesOfLink(room.app, 'notices-stop', token);
    assert.ok(link);
    await endNotices(room.app, link.commenter);
    for (let n = 0; n < 3; n++) {
      room.app.clock.advance(2 * DAY);
      await room.publish(ANN);
    }
    assert.equal((await lettersTo(room, ANN.email)).length, 1);
    await addReader(room.app, ANN.email);
    const comment = await room.publish(ANN);
    await answer(room, comment);
    assert.equal(await told(room), undefined, 'the newsletter is another matter');
  },
);

scenario('an address that never answers gets one question a day, and three in all', async (room) => {
  await room.publish(ANN);
  await room.publish({ ...ANN, article: 'two' });
  await room.publish({ ...ANN, name: 'Ann B.' });
  assert.equal((await lettersTo(room, ANN.email)).length, 1);
  for (let day = 0; day < 5; day++) {
    room.app.clock.advance(DAY);
    await room.publish(ANN);
  }
  assert.equal((await lettersTo(room, ANN.email)).length, 3);
});

scenario('a confirmed subscriber who comments by their own link need not confirm again', async (room) => {
  const id = await addReader(room.app, ANN.email ?? '');
  const before = (await room.letters()).length;
  const reader = derivedToken(room.app.secret, 'comment', id);
  const comment = await room.post({ ...ANN, reader });
  assert.equal(await room.place(comment), 'published (filter-ham)');
  assert.equal((await room.letters()).length, before);
  assert.notEqual((await commenter(room)).confirmed_at, null);
  const reply = await answer(room, comment);
  const letter = await told(room);
  assert.ok(letter?.text.includes(reply.body));
  assert.ok(
    await noticesOfLink(room.app, 'notices-stop', tokenIn(letter ?? { text: '', html: '' }, STOP)),
    'and can stop',
  );
});

scenario(
  'a letter about answers holds no foreign link and no picture, whatever strangers write',
  async (room) => {
    const comment = await confirmed(room);
    await answer(room, comment);
    await answer(room, comment, {
      ...BOB,
      body: 'See https://evil.example/x and www.evil.example and ![x](https://evil.example/p.gif) or evil.example. Mail me@evil.example',
    });
    await moderateComment(
      room.app,
      (
        await room.post({
          name: 'https://evil.example',
          email: 'evil@evil.example',
          parent: String(comment.id),
        })
      ).id,
      'approve',
      'owner',
    );
    const letter = await told(room);
    assert.ok(letter);
    for (const link of linksIn(letter)) assert.match(link, /^http:\/\/watchpost\.test\//, link);
    assert.doesNotMatch(letter.html, /<img/i);
    assert.doesNotMatch(letter.text + letter.html, /evil\.example|@evil/);
    assert.doesNotMatch(JSON.stringify(letter.headers), /evil/);
  },
);

scenario('letters about answers carry a stop link that works after the secret was lost', async (room) => {
  const comment = await confirmed(room);
  await answer(room, comment);
  room.app.secret.fill(9);
  const letter = await told(room);
  const token = tokenIn(letter ?? { text: '', html: '' }, STOP);
  assert.ok(await noticesOfLink(room.app, 'notices-stop', token));
});

scenario('a letter that a crash caught at the dot is sent again, the question too', async (room) => {
  const { app } = room;
  const comment = await confirmed(room);
  await answer(room, comment);
  await gatherReplyLetters(app);
  await room.letters();
  const gone = {
    state: 'at-the-dot',
    lease_owner: 'elsewhere:1:abc',
    lease_until: app.clock.now().toISOString(),
  } as const;
  await app.db.updateTable('delivery').set(gone).execute();
  await app.sender.recover();
  const states = await app.db.selectFrom('delivery').select(['kind', 'state']).orderBy('id').execute();
  assert.deepEqual(states, [
    { kind: 'reply-confirm', state: 'queued' },
    { kind: 'replies', state: 'queued' },
  ]);
  await room.letters();
  const after = await app.db.selectFrom('delivery').select(['kind', 'state']).orderBy('id').execute();
  assert.deepEqual(after, [
    { kind: 'reply-confirm', state: 'skipped' },
    { kind: 'replies', state: 'sent' },
  ]);
});

scenario('old notices are forgotten', async (room) => {
  const comment = await room.publish(ANN);
  await answer(room, comment);
  room.app.clock.advance(30 * DAY);
  await forgetOldNotices(room.app);
  assert.equal((await room.app.db.selectFrom('reply_notice').selectAll().execute()).length, 1);
  room.app.clock.advance(SECOND);
  await forgetOldNotices(room.app);
  assert.deepEqual(await room.app.db.selectFrom('reply_notice').selectAll().execute(), []);
});

scenario('an address that is never written to again is asked nothing and told nothing', async (room) => {
  const suppressNow = (email: string) =>
    room.app.db.transaction().execute((trx) => suppress(room.app, trx, email, 'not-me'));
  await suppressNow(BOB.email);
  await room.publish({ ...BOB, notify: true });
  assert.deepEqual(await lettersTo(room, BOB.email), []);
  const comment = await confirmed(room);
  await suppressNow(ANN.email);
  await answer(room, comment);
  assert.equal(await told(room), undefined);
  assert.notEqual((await commenter(room)).stopped_at, null);
});

test('two workers at once make one letter about answers', async (t) => {
  const file = path.join(temporaryFolder(t), 'watchpost.sqlite');
  const database = () => ({ db: openSqlite(file), engine: 'sqlite' as const });
  const one = await openRoom(t, { database: database() });
  const two = await openRoom(t, { database: database() });
  const comment = await confirmed(one);
  await answer(one, comment);
  await answer(one, comment);
  two.app.clock.advance(7);
  await Promise.all([one, two, one, two].map(({ app }) => gatherReplyLetters(app)));
  const letters = await one.app.db.selectFrom('delivery').selectAll().where('kind', '=', 'replies').execute();
  assert.equal(letters.length, 1);
});
